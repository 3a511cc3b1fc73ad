import type { FieldName } from "../../policy/fields.ts";
import { baseline } from "./baseline.ts";
import { binary } from "./binary.ts";
import { btf } from "./btf.ts";
import { budget } from "./budget.ts";
import { confidence } from "./confidence.ts";
import { confirmation } from "./confirmation.ts";
import { crc } from "./crc.ts";
import { documented } from "./documented.ts";
import { door } from "./door.ts";
import { exportType } from "./export-type.ts";
import { exported } from "./exported.ts";
import { exporter } from "./exporter.ts";
import { gap } from "./gap.ts";
import { guarded } from "./guarded.ts";
import { how } from "./how.ts";
import { intree } from "./intree.ts";
import { kind } from "./kind.ts";
import { level } from "./level.ts";
import { isDenied } from "./denied.ts";
import { licence } from "./licence.ts";
import { list } from "./list.ts";
import { listCrc } from "./list-crc.ts";
import { listDropped } from "./list-dropped.ts";
import { listed } from "./listed.ts";
import { module } from "./module.ts";
import { name } from "./name.ts";
import { namespaceAccess } from "./namespace-access.ts";
import { namespace } from "./namespace.ts";
import { isNew } from "./new.ts";
import { oddity } from "./oddity.ts";
import { origin } from "./origin.ts";
import type { Predicate } from "./predicate.ts";
import { prediction } from "./prediction.ts";
import { promiseRange } from "./promise-range.ts";
import { isProtected } from "./protected.ts";
import { provider } from "./provider.ts";
import { rebuild } from "./rebuild.ts";
import { refusedBy } from "./refused-by.ts";
import { seen } from "./seen.ts";
import { signed } from "./signed.ts";
import { subject } from "./subject.ts";
import { waiver } from "./waiver.ts";
import { weak } from "./weak.ts";

/** Each field of the vocabulary (src/policy/fields.ts) and the file that tests it. */
export const PREDICATES = {
  kind,
  name,
  weak,
  origin,
  level,
  provider,
  module,
  licence,
  intree,
  exported,
  exporter,
  "export-type": exportType,
  namespace,
  "namespace-access": namespaceAccess,
  "refused-by": refusedBy,
  crc,
  rebuild,
  binary,
  list,
  listed,
  "list-crc": listCrc,
  "list-dropped": listDropped,
  protected: isProtected,
  denied: isDenied,
  "promise-range": promiseRange,
  signed,
  prediction,
  confidence,
  confirmation,
  gap,
  oddity,
  waiver,
  budget,
  baseline,
  new: isNew,
  door,
  seen,
  subject,
  how,
  guarded,
  btf,
  documented,
} as const satisfies Record<FieldName, Predicate>;
