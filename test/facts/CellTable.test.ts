import { Layer } from "effect"
import { FactStore } from "../../src/facts/FactStore.ts"
import { factStoreSuite } from "../suites/FactStoreSuite.ts"
import { CellTable } from "../support/CellTable.ts"

// Tests and simulations judge by this table, so it has to keep the contract itself.
factStoreSuite(
  "cells in memory",
  Layer.sync(FactStore, () => new CellTable().store)
)
