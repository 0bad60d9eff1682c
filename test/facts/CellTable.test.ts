import { Effect, Layer } from "effect"
import { FactStore } from "../../src/facts/FactStore.ts"
import { factStoreSuite } from "../suites/FactStoreSuite.ts"
import { ForeignWriter, foreignRowsSuite } from "../suites/ForeignRowsSuite.ts"
import { CellTable } from "../support/CellTable.ts"

// Tests and simulations judge by this table, so it has to keep the contract itself.
factStoreSuite(
  "cells in memory",
  Layer.sync(FactStore, () => new CellTable().store)
)

const table = new CellTable()

foreignRowsSuite(
  "cells in memory",
  Layer.merge(
    Layer.succeed(FactStore, table.store),
    Layer.succeed(ForeignWriter, {
      write: (orderId, values, writeTime) => Effect.sync(() => table.write(orderId, values, writeTime))
    })
  )
)
