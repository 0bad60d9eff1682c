import { describe, expect, it } from "vitest"
import { formText } from "./CommandForm.ts"
import { runForms } from "./RunForms.ts"
import { shownCommands } from "./ShownCommands.ts"

const found = (...lines: ReadonlyArray<string>) =>
  shownCommands("a.md", lines.join("\n")).map(({ args, line, program }) => [line, program, ...args].join(" "))

describe("the commands of a document", () => {
  it("stand in blocks, with continued lines, prompts, variables, quotes, pipes and images", () => {
    expect(
      found(
        "```sh",
        "PAYMENT_GRACE=5s counterfoil run \\",
        "  --drain # until the end",
        "npm ci && npx counterfoil facts count > count.txt",
        "gcloud run deploy counterfoil --args=run,--drain --region=a",
        "docker run --rm --env A=b counterfoil health --live | tail",
        "```",
        "```console",
        "$ node bin/counterfoil.js dlq discard --text 'a \"b\"'",
        "counterfoil: this is printed",
        "```"
      )
    ).toEqual([
      "2 counterfoil run --drain",
      "4 npm ci",
      "4 counterfoil facts count",
      "5 counterfoil run --drain",
      "6 counterfoil health --live",
      '9 counterfoil dlq discard --text a "b"'
    ])
  })

  it("stand in sentences, where a notation means several", () => {
    expect(found("| `health [--live\\|--ready]` | `npx counterfoil", "where --order N` | `run` |")).toEqual([
      "1 counterfoil health --live",
      "1 counterfoil health --ready",
      "1 counterfoil where --order N"
    ])
    expect(found("`dlq list · show`, `redrive --dry-run`, `counterfoil setup pubsub|cassandra`")).toEqual([
      "1 counterfoil dlq list",
      "1 counterfoil dlq show",
      "1 counterfoil dlq redrive --dry-run",
      "1 counterfoil setup pubsub",
      "1 counterfoil setup cassandra"
    ])
  })
})

describe("the commands of a test", () => {
  const formsOf = (...lines: ReadonlyArray<string>) => runForms([lines.join("\n")]).map(formText)

  it("are lists, with the words of functions around them", () => {
    expect(
      formsOf(
        'const all = ["--reason", reason]',
        'const dlq = ({ a }: Record<string, A>, args: Words) => ran(["dlq", ...args, "--json"], a)',
        'const health = (...args: Words) => ran(["health", ...args])',
        'dlq(deployment, ["list", ...all, "--newest", "3"])',
        'health("--url", address)',
        `ran(["produce", what, ...["--count", \`\${count}\`], "--project", "p"])`
      )
    ).toEqual(["produce * --count", "dlq list --json --newest --reason", "health --url"])
  })

  it("are none where a computed word may be a flag", () => {
    expect(formsOf('ran(["run", ...unknown])', `ran(["run", \`--\${name}\`])`)).toEqual([])
  })
})
