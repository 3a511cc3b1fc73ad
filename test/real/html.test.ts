import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium, type Browser, type BrowserContextOptions, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { abiLint } from "../support/run.ts";

// The HTML report in a browser: Debian's chromium, which opens the file as a reader would.

const WORK = join(process.env["ABI_LINT_REAL"] ?? "/tmp/abi-lint-real", "html");
const CHROMIUM = "/usr/bin/chromium";
const PDFTOTEXT = "/usr/bin/pdftotext";

const isThere = (): boolean => existsSync(CHROMIUM) && existsSync(PDFTOTEXT);
if (!isThere()) spawnSync("apt-get", ["install", "-y", "--no-install-recommends", "chromium", "poppler-utils"], { stdio: "inherit" });
if (!isThere()) console.log("SKIPPED: no chromium or pdftotext, and apt-get could not install them: no browser has looked at the page");

const example = (name: string): string => new URL(`../../examples/${name}`, import.meta.url).pathname;
const addressOf = (name: string): string => pathToFileURL(join(WORK, `${name}.html`)).href;

interface Told {
  readonly findings: readonly {
    readonly fingerprint: string;
    readonly message: string;
    readonly level?: string;
    readonly subject: string;
    readonly kernels: readonly string[];
  }[];
  readonly waived: readonly { readonly reason: string }[];
  readonly subjects: readonly { readonly name: string; readonly uses: readonly { readonly name: string }[] }[];
}
const told = new Map<string, Told>();

/** Names that would break a page that took them for anything but text; none of them may be wider than the window either. */
const HOSTILE = {
  manifest: 1,
  subjects: [
    {
      name: "</title><script>document.title='broken'</script>",
      kind: "module",
      uses: [
        "<img src=x onerror=alert(1)>",
        "]]>--><script>alert(1)</script>",
        `"'><svg onload=alert(1)>`,
        "x".repeat(10_000),
        "\u05e9\u05dc\u05d5\u05dd\u202eevil\u202c",
        "javascript:alert(1)",
      ].map((name) => ({ kind: "private", name, seen: "call" })),
    },
  ],
};

interface Contrasts {
  readonly texts: number;
  readonly faint: readonly unknown[];
}

/** In the page: how many texts there are, and those with less than 4.5 to 1 (WCAG 2.2, 1.4.3) between them and what is behind them. */
const CONTRASTS = `(() => {
  const partsOf = (color) => (color.match(/[\\d.]+/g) || []).map(Number);
  const luminance = (color) => {
    const [r, g, b] = partsOf(color).slice(0, 3).map((each) => each / 255).map((each) => (each <= 0.04045 ? each / 12.92 : ((each + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (element) => {
    for (let each = element; each; each = each.parentElement) {
      const color = getComputedStyle(each).backgroundColor;
      if ((partsOf(color)[3] ?? 1) > 0) return color;
    }
    return "rgb(255, 255, 255)";
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const faint = new Map();
  let texts = 0;
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (walker.currentNode.nodeValue.trim() === "" || !element.checkVisibility() || element.closest("title, option, .unseen")) continue;
    texts++;
    const style = getComputedStyle(element);
    const [a, b] = [luminance(element instanceof SVGElement ? style.fill : style.color), luminance(behind(element))].sort((x, y) => y - x);
    const contrast = (a + 0.05) / (b + 0.05);
    if (contrast < 4.5) faint.set(element.tagName + " " + element.getAttribute("class") + " " + style.color, contrast);
  }
  return { texts, faint: [...faint] };
})()`;

let browser: Browser;

beforeAll(async () => {
  if (!isThere()) return;
  mkdirSync(WORK, { recursive: true });
  writeFileSync(join(WORK, "hostile.json"), JSON.stringify(HOSTILE));
  const inputs = [
    ["systemtap", example("systemtap"), "abi-lint.manifest.json"],
    ["nvidia", example("nvidia"), "abi-lint.manifest.json"],
    ["hostile", WORK, "hostile.json"],
  ] as const;
  for (const [name, folder, input] of inputs) {
    const { stdout, stderr } = await abiLint(folder, input, "--format", `html:${join(WORK, `${name}.html`)}`, "--format", "json");
    expect(stderr).toBe("");
    told.set(name, JSON.parse(stdout) as Told);
  }
  browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
  console.log(`looked at with Chromium ${browser.version()}`);
});

afterAll(() => browser?.close());

const PAGES = ["systemtap", "nvidia", "hostile"] as const;

/** Opens a page, hands it over, and holds that nothing was complained about and nothing fetched. */
const within = async (name: string, options: BrowserContextOptions, look: (page: Page) => Promise<void>): Promise<void> => {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  const noise: string[] = [];
  page.on("console", (message) => noise.push(`console: ${message.text()}`));
  page.on("pageerror", (error) => noise.push(`error: ${error.message}`));
  page.on("dialog", (dialog) => noise.push(`dialog: ${dialog.message()}`));
  page.on("request", (request) => void (request.url().split("#")[0] !== addressOf(name) && noise.push(`request: ${request.url()}`)));
  try {
    await page.goto(addressOf(name));
    await look(page);
    expect(noise).toEqual([]);
  } finally {
    await context.close();
  }
};

const shownFindings = (page: Page): Promise<readonly string[]> =>
  page.$$eval("[data-list=finding] .it", (items) => items.filter((item) => item.checkVisibility()).map((item) => item.id.slice(2)));

const countShown = (page: Page): Promise<string> => page.locator("#filter output").innerText();

describe.skipIf(!isThere())("a page opened from a file", () => {
  test.each(PAGES)("%s: fetches nothing, runs nothing but its own script, and complains of nothing", async (name) => {
    await within(name, {}, async (page) => {
      expect(await page.title()).toMatch(/^abi-lint: /);
      expect(await page.locator("#filter").isVisible()).toBe(true);
      expect(await page.locator("script").count()).toBe(1);
      expect(await page.locator("img, [onload], [onerror]").count()).toBe(0);
    });
  });

  test("a script that is put into it does not run", async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    const refused: string[] = [];
    page.on("console", (message) => refused.push(message.text()));
    await page.goto(addressOf("nvidia"));
    await page.evaluate(`(() => {
      const script = document.createElement("script");
      script.textContent = "document.title = 'broken'";
      document.body.append(script);
      document.body.insertAdjacentHTML("beforeend", "<img src=https://localhost/x.png onerror=document.title='broken'>");
    })()`);
    await page.waitForTimeout(300);
    expect(await page.title()).not.toBe("broken");
    expect(refused.filter((each) => /script-src/.test(each))).toHaveLength(2);
    expect(refused.filter((each) => /img-src|default-src/.test(each))).toHaveLength(1);
    await context.close();
  });
});

describe.skipIf(!isThere())("the filter", () => {
  test("finds by name, rule, level, kernel and subject, says how many, and what it is set to stands in the address", async () => {
    const { findings, subjects } = told.get("nvidia")!;
    await within("nvidia", {}, async (page) => {
      expect(await shownFindings(page)).toHaveLength(findings.length);
      await page.fill("#filter input", "follow_pfn");
      expect(await shownFindings(page)).toEqual(
        findings.filter(({ message }) => message.startsWith("follow_pfn ")).map((each) => each.fingerprint),
      );
      expect(await countShown(page)).toMatch(/^1 of 25 findings, 1 of \d+ histories, 1 of \d+ interfaces$/);
      expect(page.url()).toMatch(/#q=follow_pfn$/);
      expect(await page.locator("table.uses tr.it:visible").allInnerTexts()).toEqual([expect.stringContaining("follow_pfn")]);

      await page.fill("#filter input", "export-gone");
      expect((await shownFindings(page)).length).toBe(
        findings.filter(({ message }) => message.includes("is not there for modules")).length,
      );

      await page.fill("#filter input", "");
      await page.selectOption("#filter select[name=subject]", "nvidia_uvm");
      const own = findings.filter(({ subject }) => subject === "nvidia_uvm");
      expect(new Set(await shownFindings(page))).toEqual(new Set(own.map(({ fingerprint }) => fingerprint)));
      const uses = subjects.find(({ name }) => name === "nvidia_uvm")!.uses;
      expect(await page.locator("table.uses tr.it:visible").count()).toBe(new Set(uses.map(({ name }) => name)).size);
      expect(await page.locator("table.matrix tr.it:visible").count()).toBe(1);

      await page.selectOption("#filter select[name=kernel]", "6.12.117");
      const there = own.filter(({ kernels }) => kernels.length === 0 || kernels.includes("6.12.117"));
      expect(new Set(await shownFindings(page))).toEqual(new Set(there.map(({ fingerprint }) => fingerprint)));
      expect(page.url()).toMatch(/#kernel=6\.12\.117&subject=nvidia_uvm$/);
      const before = await shownFindings(page);
      await page.reload();
      expect(await shownFindings(page)).toEqual(before);
      expect(await page.inputValue("#filter select[name=kernel]")).toBe("6.12.117");

      await page.click("#filter button");
      await expect.poll(() => shownFindings(page)).toHaveLength(findings.length);
      expect(page.url()).toBe(addressOf("nvidia"));
      expect(await countShown(page)).toBe("");
    });
  });

  test("by level", async () => {
    const { findings } = told.get("systemtap")!;
    await within("systemtap", {}, async (page) => {
      await page.selectOption("#filter select[name=level]", "private");
      const wanted = findings.filter(({ level }) => level === "private").map(({ fingerprint }) => fingerprint);
      expect(new Set(await shownFindings(page))).toEqual(new Set(wanted));
      expect(wanted.length).toBeGreaterThan(0);
    });
  });

  test("is read out as it changes", async () => {
    await within("systemtap", {}, async (page) => {
      expect(await page.getAttribute("#filter output", "aria-live")).toBe("polite");
    });
  });

  test("a link to a finding that it hides takes it off", async () => {
    await within("nvidia", {}, async (page) => {
      await page.fill("#filter input", "nothing has this name");
      expect(await shownFindings(page)).toEqual([]);
      const link = page.locator(".gaps a").first();
      const target = (await link.getAttribute("href"))!;
      await link.click();
      await expect.poll(() => page.locator(`[id="${target.slice(1)}"]`).isVisible()).toBe(true);
      expect(await page.inputValue("#filter input")).toBe("");
    });
  });
});

describe.skipIf(!isThere())("whoever reads it", () => {
  test.each(PAGES)("%s: with the keyboard reaches everything that can be used, from the top down", async (name) => {
    await within(name, {}, async (page) => {
      const usable = await page.$$eval("a[href], button, input, select, summary, [tabindex='0']", (all) => {
        const seen = all.filter((each) => each.checkVisibility({ contentVisibilityAuto: true, visibilityProperty: true }));
        seen.forEach((each, index) => each.setAttribute("data-stop", String(index)));
        return seen.length;
      });
      const stops: (string | null)[] = [];
      for (let index = 0; index < usable; index++) {
        await page.keyboard.press("Tab");
        stops.push(await page.evaluate<string | null>(`document.activeElement.getAttribute("data-stop")`));
      }
      expect(stops).toEqual(Array.from({ length: usable }, (_, index) => String(index)));
      console.log(`${name}: ${usable} stops of the Tab key, in the order of the page`);
    });
  });

  test.each(PAGES)("%s: without a script finds every finding, and can open what is folded", async (name) => {
    await within(name, { javaScriptEnabled: false }, async (page) => {
      expect(await page.locator("#filter").isVisible()).toBe(false);
      const { findings } = told.get(name)!;
      for (const { fingerprint } of findings) expect(await page.locator(`[id="f-${fingerprint}"]`).isVisible()).toBe(true);
      await page.locator("section[aria-labelledby=uses] summary").click();
      expect(await page.locator("table.uses tbody tr").last().isVisible()).toBe(true);
    });
  });

  test.each(PAGES)("%s: on a narrow window never scrolls sideways", async (name) => {
    for (const width of [400, 320]) {
      await within(name, { viewport: { width, height: 800 } }, async (page) => {
        for (const fold of await page.locator("details").all()) await fold.evaluate((each) => each.setAttribute("open", ""));
        expect(await page.evaluate<number>("document.documentElement.scrollWidth")).toBeLessThanOrEqual(width);
        const wide = await page.$$eval(
          "body *",
          (all, limit) =>
            all
              .filter(
                (each) =>
                  !each.closest(".scroll, .unseen, svg, thead") && each.checkVisibility() && each.getBoundingClientRect().right > limit + 1,
              )
              .map((each) => each.outerHTML.slice(0, 80)),
          width,
        );
        expect(wide).toEqual([]);
      });
    }
  });

  test.each(PAGES)("%s: has 4.5 to 1 between every text and what is behind it, by day and by night", async (name) => {
    for (const colorScheme of ["light", "dark"] as const) {
      await within(name, { colorScheme }, async (page) => {
        for (const fold of await page.locator("details").all()) await fold.evaluate((each) => each.setAttribute("open", ""));
        const { texts, faint } = await page.evaluate<Contrasts>(CONTRASTS);
        expect(texts).toBeGreaterThan(50);
        expect(faint).toEqual([]);
      });
    }
  });

  test("by night has a dark page, on paper a light one", async () => {
    await within("nvidia", { colorScheme: "dark" }, async (page) => {
      const ground = (): Promise<string> => page.evaluate<string>("getComputedStyle(document.body).backgroundColor");
      expect(await ground()).toBe("rgb(21, 23, 26)");
      await page.emulateMedia({ media: "print", colorScheme: "dark" });
      expect(await ground()).toBe("rgb(255, 255, 255)");
    });
  });

  test.each(PAGES)("%s: on paper has every finding, every use and every agreed exception, with and without a script", async (name) => {
    const { findings, waived, subjects } = told.get(name)!;
    for (const javaScriptEnabled of [true, false]) {
      await within(name, { javaScriptEnabled }, async (page) => {
        const file = join(WORK, `${name}.pdf`);
        await page.pdf({ path: file, format: "A4", margin: { top: "15mm", bottom: "15mm", left: "15mm", right: "15mm" } });
        // A line of the paper ends where it has to, and what is of two columns comes as the columns do: names are looked for without their spaces.
        const text = execFileSync(PDFTOTEXT, ["-raw", file, "-"], { encoding: "utf8", maxBuffer: 1 << 26 }).replaceAll(/\s/g, "");
        const words = [
          ...findings.map(({ message }) => message),
          ...waived.map(({ reason }) => reason),
          ...subjects.flatMap(({ uses }) => uses.map((use) => use.name)),
        ].filter((each) => each.length < 400 && !/[\u0590-\u05ff]/.test(each));
        expect(words.filter((each) => !text.includes(each.replaceAll(/\s/g, "")))).toEqual([]);
        console.log(`${name}: ${words.length} texts of the report found on paper`);
      });
    }
  });
});
