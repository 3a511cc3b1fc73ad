import { isWord } from "./lex.ts";

/**
 * Macros that declare or define one variable each, by what they make of their arguments. Only per-CPU variables and static keys, which modules name
 * directly (include/linux/percpu-defs.h, jump_label.h), and locks and lists that are exported; names pasted together by macros are not followed.
 */
const MAKERS: readonly { readonly macro: RegExp; readonly type?: string }[] = [
  { macro: /^(DECLARE|DEFINE)_PER_CPU(_ALIGNED|_SHARED_ALIGNED|_PAGE_ALIGNED|_READ_MOSTLY|_DECRYPTED|_FIRST|_CACHE_HOT)?$/ },
  { macro: /^(DECLARE|DEFINE)_STATIC_KEY_TRUE(_RO)?$/, type: "struct static_key_true" },
  { macro: /^(DECLARE|DEFINE)_STATIC_KEY_FALSE(_RO)?$/, type: "struct static_key_false" },
  { macro: /^DEFINE_MUTEX$/, type: "struct mutex" },
  { macro: /^DEFINE_SPINLOCK$/, type: "spinlock_t" },
  { macro: /^DEFINE_RWLOCK$/, type: "rwlock_t" },
  { macro: /^DECLARE_RWSEM$/, type: "struct rw_semaphore" },
  { macro: /^LIST_HEAD$/, type: "struct list_head" },
];

const STORAGE: ReadonlySet<string> = new Set(["extern", "static"]);

/** The same declaration written without such a macro; the tokens themselves where there is none. */
export const withoutMakers = (tokens: readonly string[]): readonly string[] => {
  const at = STORAGE.has(tokens[0]!) ? 1 : 0;
  const macro = tokens[at];
  if (!isWord(macro) || tokens[at + 1] !== "(") return tokens;
  const maker = MAKERS.find((each) => each.macro.test(macro));
  const close = tokens.indexOf(")", at + 2);
  if (maker === undefined || close < 0) return tokens;
  const inner = tokens.slice(at + 2, close);
  const storage = macro.startsWith("DECLARE_") && macro !== "DECLARE_RWSEM" ? ["extern"] : tokens.slice(0, at);
  if (maker.type !== undefined) return [...storage, ...maker.type.split(" "), ...inner, ...tokens.slice(close + 1)];
  const comma = inner.lastIndexOf(",");
  // DECLARE_PER_CPU(unsigned long, name); an array type carries its size: DECLARE_PER_CPU(struct foo [4], name).
  const type = inner.slice(0, comma);
  const size = type.indexOf("[");
  const [base, suffix] = size < 0 ? [type, []] : [type.slice(0, size), type.slice(size)];
  return comma < 0 ? tokens : [...storage, ...base, ...inner.slice(comma + 1), ...suffix, ...tokens.slice(close + 1)];
};
