/** Who runs this process. */
import { userInfo } from "node:os"

/** The name of the user, for the log. */
export const userName = (): string => {
  try {
    return userInfo().username
  } catch {
    // A container may run as a user without an entry.
    return `user ${process.getuid?.() ?? "unknown"}`
  }
}
