/** The environment that a container's process gets, as far as the files tell. */
import { type Field, type FieldPath, fieldAt, listAt, type Manifest, textAt } from "./ManifestFile.ts"

/** The environment of a container. */
export interface ContainerEnvironment {
  /** Variables whose values are in the files. */
  readonly texts: ReadonlyMap<string, string>
  /** Variables that come from elsewhere, as from a secret. */
  readonly hidden: ReadonlySet<string>
  /** Whether every variable is named in the files. */
  readonly isComplete: boolean
  /** Where a variable is, from the container on; undefined where it comes from a ConfigMap. */
  readonly pathOf: (name: string) => FieldPath | undefined
  /** Secrets that are written in the container as they are. */
  readonly written: ReadonlySet<string>
}

/** Reads the environment of a container; ConfigMaps are looked for among `manifests`. */
export const environmentOf = (container: Field, manifests: ReadonlyArray<Manifest>): ContainerEnvironment => {
  const texts = new Map<string, string>()
  const hidden = new Set<string>()
  const paths = new Map<string, FieldPath>()
  const written = new Set<string>()
  let isComplete = true
  for (const source of listAt(container, ["envFrom"]) ?? []) {
    const data = configMapData(manifests, textAt(source, ["configMapRef", "name"]))
    if (data === undefined) isComplete = false
    const prefix = textAt(source, ["prefix"]) ?? ""
    for (const [key, text] of Object.entries(data ?? {})) texts.set(prefix + key, String(text))
  }
  for (const [index, entry] of (listAt(container, ["env"]) ?? []).entries()) {
    const name = textAt(entry, ["name"])
    if (name === undefined) continue
    paths.set(name, ["env", index])
    const text = valueOf(entry, manifests)
    if (text === undefined) {
      hidden.add(name)
      texts.delete(name)
    } else {
      texts.set(name, text)
      if (fieldAt(entry, ["value"]) !== undefined) written.add(name)
    }
  }
  return { texts, hidden, isComplete, written, pathOf: (name) => paths.get(name) }
}

/** Undefined where it is not in the files. YAML's numbers and booleans are refused by Kubernetes; their text is taken. */
const valueOf = (entry: Field, manifests: ReadonlyArray<Manifest>): string | undefined => {
  const value = fieldAt(entry, ["value"])
  // `$(NAME)` is put in by Kubernetes.
  if (value !== undefined && value !== null) return /\$\(/.test(String(value)) ? undefined : String(value)
  if (fieldAt(entry, ["valueFrom"]) === undefined) return ""
  const data = configMapData(manifests, textAt(entry, ["valueFrom", "configMapKeyRef", "name"]))
  const text = data?.[textAt(entry, ["valueFrom", "configMapKeyRef", "key"]) ?? ""]
  return text === undefined ? undefined : String(text)
}

const configMapData = (
  manifests: ReadonlyArray<Manifest>,
  name: string | undefined
): Readonly<Record<string, Field>> | undefined => {
  if (name === undefined) return undefined
  const map = manifests.find(
    ({ kind, root }) => kind === "ConfigMap" && textAt(root, ["metadata", "name"]) === name
  )
  const data = fieldAt(map?.root, ["data"])
  return typeof data === "object" && data !== null && !Array.isArray(data)
    ? (data as Readonly<Record<string, Field>>)
    : undefined
}
