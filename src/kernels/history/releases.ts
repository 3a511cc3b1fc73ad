import type { Release } from "./layout.ts";

/** "6.1.0-56-amd64" and "6.12.107+deb13-amd64" as they are named here: without the build's own part. */
const plain = (text: string): string => text.replace(/\+deb[\d.]+/, "").replace(/-(amd64|cloud-amd64|rt-amd64)$/, "");

/** Whether a release is one of those that a shorter name means: 6.1.0-56 is a 6.1, and no 6.12 is. */
const isWithin = (name: string, wanted: string): boolean =>
  name === wanted || (name.startsWith(wanted) && /^[.-]/.test(name.slice(wanted.length)));

/**
 * The number of the release that a name means: the very one, what `uname -r` says there, or the newest of a series (`6.1`).
 * Undefined where there is none.
 */
export const findRelease = (releases: readonly Release[], name: string): number | undefined => {
  const exact = releases.findIndex((release) => release.name === name || release.uname === name);
  if (exact >= 0) return exact;
  const wanted = plain(name);
  const newest = releases.findLastIndex((release) => isWithin(release.name, wanted));
  return newest < 0 ? undefined : newest;
};

/**
 * The release that a module was built on, by its vermagic: the very one, else the newest of its series, which is then the nearest that is known.
 */
export const builtOn = (
  releases: readonly Release[],
  vermagic: string,
): { readonly release: number; readonly exact: boolean } | undefined => {
  const uname = vermagic.split(" ", 1)[0]!;
  const exact = releases.findIndex((release) => release.uname === uname);
  if (exact >= 0) return { release: exact, exact: true };
  const series = /^\d+\.\d+/.exec(uname)?.[0];
  const nearest = releases.findLastIndex((release) => release.series === series);
  return nearest < 0 ? undefined : { release: nearest, exact: false };
};
