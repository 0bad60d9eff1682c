/** Values that only their receiver can check. */
import { Option } from "effect"
import type { Parser } from "../Parser.ts"

/** Takes any text: a user name or a password. */
export const anyText: Parser<string> = {
  parse: Option.some,
  allowed: "any text",
  example: "counterfoil"
}

/** Takes a secret that a header can carry, and that nobody guesses. */
export const tokenText: Parser<string> = {
  parse: (text) => (/^[!-~]{16,1024}$/.test(text) ? Option.some(text) : Option.none()),
  allowed: "16 to 1024 letters, digits and signs, without blanks",
  example: "AT-LEAST-16-RANDOM-CHARACTERS"
}

/** Takes the path of a file; whether it can be read is checked when it is needed. */
export const filePath = (example: string): Parser<string> => ({
  parse: (text) => (text.includes("\0") ? Option.none() : Option.some(text)),
  allowed: "the path of a file",
  example
})

/** Takes the path of a folder; whether it can be written is checked when it is needed. */
export const folderPath = (example: string): Parser<string> => ({
  ...filePath(example),
  allowed: "the path of a folder"
})

/** Reads the address of an HTTP server. */
export const httpUrl = (example: string): Parser<string> => ({
  parse: (text) => (URL.canParse(text) && /^https?:\/\//i.test(text) ? Option.some(text) : Option.none()),
  allowed: "an address that begins with http:// or https://",
  example
})
