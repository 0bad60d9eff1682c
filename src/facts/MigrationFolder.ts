/** Where the schema of the fact table is, as files. */
import { fileURLToPath } from "node:url"

/** `cql/`: beside `src` in a clone, beside `dist` in an installed package. */
export const migrationFolder = fileURLToPath(new URL("../../cql/", import.meta.url))
