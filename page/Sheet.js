/** Puts what is to be said into the document, and changes only what has changed. */

import { drawingIn } from "./Drawing.js"
import { plotPlans, plotText } from "./Plots.js"

/** @typedef {import("./Recording.js").Recording} Recording */
/** @typedef {NonNullable<ReturnType<typeof import("./View.js").viewOf>>} View */

/** @param {string} id @returns {HTMLElement} */
export const elementOf = (id) => {
  const found = document.getElementById(id)
  if (found === null) throw new Error(`the page has no #${id}`)
  return found
}

/**
 * @param {Element} element
 * @param {string} text
 */
export const write = (element, text) => {
  if (element.textContent !== text) element.textContent = text
}

/**
 * Writes a text in which `this` is code.
 *
 * @param {HTMLElement} element
 * @param {string} text
 */
export const writeWithCode = (element, text) => {
  if (element.dataset["text"] === text) return
  element.dataset["text"] = text
  element.replaceChildren(
    ...text.split("`").map((part, index) => (index % 2 === 0 ? part : node("code", part)))
  )
}

/**
 * @param {string} name
 * @param {string} text
 */
export const node = (name, text) => {
  const element = document.createElement(name)
  element.textContent = text
  return element
}

/**
 * As many children as there are items, each written by `fill`; none is made anew that is there.
 *
 * @template Item
 * @param {HTMLElement} parent
 * @param {ReadonlyArray<Item>} items
 * @param {() => HTMLElement} make
 * @param {(element: HTMLElement, item: Item) => void} fill
 */
const fillList = (parent, items, make, fill) => {
  while (parent.children.length > items.length) parent.lastElementChild?.remove()
  while (parent.children.length < items.length) parent.append(make())
  for (const [index, item] of items.entries()) {
    fill(/** @type {HTMLElement} */ (parent.children[index]), item)
  }
}

/** @param {number} cells */
const makeRow = (cells) => () => {
  const row = document.createElement("tr")
  row.append(node("th", ""))
  row.firstElementChild?.setAttribute("scope", "row")
  for (let cell = 1; cell < cells; cell++) row.append(node("td", ""))
  return row
}

/**
 * @param {HTMLElement} body
 * @param {ReadonlyArray<ReadonlyArray<string>>} rows
 */
export const fillRows = (body, rows) => {
  fillList(body, rows, makeRow(rows[0]?.length ?? 0), (row, cells) => {
    for (const [index, cell] of cells.entries()) {
      const element = row.children[index]
      if (element !== undefined) write(element, cell)
    }
  })
}

const makeFigure = () => {
  const item = document.createElement("li")
  const link = document.createElement("a")
  for (const part of ["label", "value", "detail"]) {
    const span = node("span", "")
    span.className = part
    link.append(span)
  }
  item.append(link)
  return item
}

const makeStation = () => {
  const item = document.createElement("li")
  item.append(node("h3", ""), document.createElement("meter"))
  for (const part of ["value", "detail"]) {
    const span = node("span", "")
    span.className = part
    item.append(span)
  }
  return item
}

/** Whether something else than dead letters wants the token. */
let isLoginAsked = false

/** From now on the form for the token is shown, whether dead letters are hidden or not; or no longer. @param {boolean} isAsked */
export const askForLogin = (isAsked) => {
  isLoginAsked = isAsked
  if (isAsked) document.getElementById("login")?.removeAttribute("hidden")
}

/** @param {View} view */
export const showView = (view) => {
  document.body.dataset["tone"] = view.tone
  write(elementOf("symbol"), view.symbol)
  write(elementOf("text"), view.text)
  write(elementOf("process"), view.process)
  fillList(elementOf("figures"), view.figures, makeFigure, (item, figure) => {
    const link = item.firstElementChild
    if (link === null) return
    item.id = `figure-${figure.id}`
    if (link.getAttribute("href") !== figure.href) link.setAttribute("href", figure.href)
    for (const [index, text] of [figure.label, figure.value, figure.detail].entries()) {
      const part = link.children[index]
      if (part !== undefined) write(part, text)
    }
  })
  write(elementOf("bottleneck"), view.bottleneck)
  fillList(elementOf("stations"), view.stations, makeStation, (item, station) => {
    const [name, meter, rate, detail] = item.children
    item.dataset["binding"] = station.isBottleneck ? "yes" : "no"
    if (name !== undefined) write(name, station.isBottleneck ? `${station.name} (bottleneck)` : station.name)
    if (rate !== undefined) write(rate, station.rate)
    if (detail !== undefined) write(detail, station.detail)
    if (!(meter instanceof HTMLMeterElement)) return
    meter.hidden = station.share === null
    meter.value = station.share ?? 0
    meter.setAttribute("aria-label", `How full: ${station.name}`)
  })
  fillRows(
    elementOf("partRows"),
    view.parts.map(({ part, since, state, why }) => [part, state, since, why])
  )
  write(elementOf("equationText"), view.equationText)
  elementOf("equationText").classList.toggle("differs", view.isWrong)
  fillRows(
    elementOf("equationRows"),
    view.equation.map(({ cells, differs, isLong, oldest, stream }) => [
      differs || isLong ? `${stream} (differs)` : stream,
      ...cells,
      oldest
    ])
  )
  writeWithCode(elementOf("lettersText"), view.lettersText)
  document.getElementById("login")?.toggleAttribute("hidden", !view.isHidden && !isLoginAsked)
  showLetters(view)
  write(elementOf("processesText"), view.processesText)
  fillRows(
    elementOf("processRows"),
    view.processes.map(({ behind, changed, orders, process, waiting }) => [
      process,
      behind,
      changed,
      waiting,
      orders
    ])
  )
}

/** @param {View} view */
const showLetters = ({ letters }) => {
  fillList(elementOf("letterRows"), letters, makeRow(6), (row, letter) => {
    const cells = [letter.age, letter.reason, letter.order, letter.payment, letter.error]
    for (const [index, cell] of cells.entries()) {
      const element = row.children[index]
      if (element !== undefined) write(element, cell)
    }
    const last = row.children[5]
    if (last instanceof HTMLElement) writeWithCode(last, `\`${letter.command}\``)
  })
}

/** Makes the places of the plots, and answers how to show a recording in them. */
export const makePlots = () => {
  const plots = plotPlans.map((plan) => {
    const article = document.createElement("article")
    article.id = plan.id
    const drawing = document.createElement("div")
    drawing.className = "drawing"
    drawing.setAttribute("aria-hidden", "true")
    const sentence = node("p", "")
    const details = document.createElement("details")
    const table = document.createElement("table")
    const head = document.createElement("tr")
    for (const name of ["Time", ...plan.series.map((series) => series.name)]) {
      const cell = node("th", name)
      cell.setAttribute("scope", "col")
      head.append(cell)
    }
    const body = document.createElement("tbody")
    table.createTHead().append(head)
    table.append(body)
    details.append(node("summary", "As a table"), table)
    article.append(node("h3", plan.title), drawing, sentence, details)
    elementOf("plotList").append(article)
    return { plan, sentence, body, drawing: drawingIn(drawing, plan) }
  })
  return {
    /**
     * @param {Recording} recording
     * @param {number} at
     */
    show: (recording, at) => {
      for (const { body, drawing, plan, sentence } of plots) {
        const text = plotText(recording, at, plan)
        write(sentence, text.sentence)
        fillRows(body, text.rows)
        drawing.draw(recording, at)
      }
    },
    forget: () => {
      for (const { drawing } of plots) drawing.forget()
    }
  }
}
