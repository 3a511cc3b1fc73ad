import { InputError, type Problem } from "../shared/input-error.ts";
import { problemAt, type RuleSource } from "./source.ts";

// Checks rules before they run: against the text of abi-lint's own types, in a project that holds nothing else and reads no disk.

type Morph = typeof import("ts-morph");
type Project = InstanceType<Morph["Project"]>;
type SourceFile = ReturnType<Project["createSourceFile"]>;

/** The texts that declare `Rule`, by their path below src/. */
export type RuleTypes = Readonly<Record<string, string>>;

const RULE = "custom/rule.ts";
const PACKAGE = "abi-lint";
const HINT = "export default { … } satisfies Rule";

/** An empty project that knows abi-lint's types. Of the libraries only the language's own: a page's or Node's would cost seconds. */
const projectWith = ({ Project, ts }: Morph, types: RuleTypes): Project => {
  const project = new Project({
    useInMemoryFileSystem: true,
    compilerOptions: {
      target: ts.ScriptTarget.ES2022,
      lib: ["lib.es2022.d.ts"],
      types: [],
      module: ts.ModuleKind.ESNext,
      moduleResolution: ts.ModuleResolutionKind.Bundler,
      moduleDetection: ts.ModuleDetectionKind.Force,
      paths: { [PACKAGE]: [`/types/${RULE}`] },
      allowImportingTsExtensions: true,
      rewriteRelativeImportExtensions: true,
      verbatimModuleSyntax: true,
      strict: true,
      skipLibCheck: true,
    },
  });
  for (const [path, text] of Object.entries(types)) project.createSourceFile(`/types/${path}`, text);
  return project;
};

interface Refusal {
  readonly start: number;
  readonly end: number;
  readonly message: string;
  readonly hint?: string;
}

/** What would have to be found when the rule runs, from a module that is only text: everything but types from abi-lint. */
const refusalsOf = ({ Node, SyntaxKind }: Morph, file: SourceFile): Refusal[] =>
  file.getDescendants().flatMap((node): Refusal[] => {
    const refuse = (message: string, hint?: string): Refusal[] => [
      { start: node.getStart(), end: node.getEnd(), message, ...(hint !== undefined && { hint }) },
    ];
    if (Node.isImportDeclaration(node)) {
      if (node.getModuleSpecifierValue() !== PACKAGE)
        return refuse(`a rule can import nothing but types from "${PACKAGE}"`, "it is one file, checked and run on its own");
      return node.isTypeOnly() ? [] : refuse("a rule can import types only", `write: import type … from "${PACKAGE}"`);
    }
    if (Node.isExportDeclaration(node) && node.hasModuleSpecifier() && !node.isTypeOnly()) return refuse("a rule can export only its own");
    if (Node.isImportEqualsDeclaration(node)) return refuse(`a rule can import nothing but types from "${PACKAGE}"`);
    if (Node.isCallExpression(node) && node.getExpression().getKind() === SyntaxKind.ImportKeyword)
      return refuse(`a rule can import nothing but types from "${PACKAGE}"`, "it is one file, checked and run on its own");
    if (Node.isModuleDeclaration(node) && node.hasDeclareKeyword()) return refuse("a rule can declare nothing for other files");
    return [];
  });

/** What the compiler advises where a name of Node or of a page is not known: it does not help here. */
const ADVICE = / (Do you need to|Try) .*$/;

/** The compiler's message: what is wrong and, of a long chain of reasons, the last. */
const messageOf = ({ ts }: Morph, text: Parameters<Morph["ts"]["flattenDiagnosticMessageText"]>[0]): string => {
  const [first, ...reasons] = ts.flattenDiagnosticMessageText(text, "\n").split("\n");
  return [first, ...reasons.slice(-1)].map((part) => part!.trim()).join(" ");
};

/** What a file that type-checks still lacks: a default export, and that it is a rule. */
const notARule = (project: Project, file: SourceFile, source: RuleSource): Problem[] => {
  const exported = file.getDefaultExportSymbol();
  if (!exported) return [problemAt(source, 0, "has no default export", HINT)];
  const rule = project.getSourceFileOrThrow(`/types/${RULE}`).getInterfaceOrThrow("Rule").getType();
  const type = (exported.getAliasedSymbol() ?? exported).getTypeAtLocation(file);
  if (project.getTypeChecker().compilerObject.isTypeAssignableTo(type.compilerType, rule.compilerType)) return [];
  const place = exported.getDeclarations()[0]?.getStart() ?? 0;
  return [problemAt(source, place, "the default export is not a Rule", `${HINT} shows what is missing`)];
};

const problemsOf = (morph: Morph, project: Project, file: SourceFile, source: RuleSource): Problem[] => {
  const refusals = refusalsOf(morph, file);
  const problems = refusals.map(({ start, message, hint }) => problemAt(source, start, message, hint));
  for (const diagnostic of file.getPreEmitDiagnostics()) {
    const start = diagnostic.getStart() ?? 0;
    if (refusals.some((refused) => refused.start <= start && start < refused.end)) continue;
    const message = messageOf(morph, diagnostic.compilerObject.messageText);
    const known = message.replace(ADVICE, "");
    problems.push(problemAt(source, start, known, known === message ? undefined : "a rule knows the language and no surroundings"));
  }
  return problems.length > 0 ? problems : notARule(project, file, source);
};

/** By line and column: the compiler reports what it sees, not where it stands. */
const inOrder = (problems: readonly Problem[]): Problem[] =>
  problems.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0));

/**
 * Type-checks rules and makes JavaScript of them, in the order given.
 * @throws InputError with every error of every rule.
 */
export const checkRules = async (sources: readonly RuleSource[], types: RuleTypes): Promise<readonly string[]> => {
  const morph = await import("ts-morph");
  const project = projectWith(morph, types);
  const files = sources.map(({ text }, index) => project.createSourceFile(`/rules/${index}.ts`, text));
  const problems = files.flatMap((file, index) => inOrder(problemsOf(morph, project, file, sources[index]!)));
  if (problems.length > 0) throw new InputError(problems);
  return files.map((file) => file.getEmitOutput().getOutputFiles()[0]!.getText());
};
