/** A stand-in for the driver, which answers only when a test says so. */
import cassandra from "cassandra-driver"

/** A driver that answers only when told to, and counts what it holds. */
export const slowDriver = () => {
  const waiting: Array<(failure?: Error) => void> = []
  let held = 0
  const driver = {
    started: 0,
    answered: 0,
    most: 0,
    take: (weight: number) =>
      new Promise<void>((resolve, reject) => {
        driver.started += 1
        held += weight
        driver.most = Math.max(driver.most, held)
        waiting.push((failure) => {
          held -= weight
          driver.answered += 1
          if (failure === undefined) resolve()
          else reject(failure)
        })
      }),
    answerOne: () => waiting.shift()?.(),
    refuseOne: () => waiting.shift()?.(new cassandra.errors.ResponseError(0x1100, "a write timed out")),
    timeOneOut: () => waiting.shift()?.(new cassandra.errors.OperationTimedOutError("no answer"))
  }
  return driver
}
