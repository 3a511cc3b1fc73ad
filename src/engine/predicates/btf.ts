import { wordPredicate } from "./predicate.ts";

export const btf = wordPredicate(({ subject, view }) => (subject.kind === "bpf-object" ? view?.btf.state : undefined));
