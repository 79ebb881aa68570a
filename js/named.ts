/** Objects from the page, read by name whatever their prototype, realm or shape. */

/**
 * A member, own or inherited, through its getter if it has one, but never from an `Object.prototype`: the page did not
 * pass that.
 */
export function look(given: object, name: string): unknown {
  const holder = holderOf(given, name)
  // A Proxy may return a value for a member that nothing in its prototype chain has.
  return holder && isRoot(holder) ? undefined : Reflect.get(given, name)
}

/** Whether the page passed a member of that name, whatever its value. */
export function names(given: object, name: string): boolean {
  const holder = holderOf(given, name)
  return holder !== null && !isRoot(holder)
}

/** The first object of the prototype chain that has a member of that name. */
function holderOf(given: object, name: string): object | null {
  let holder: object | null = given
  while (holder && !has(holder, name)) holder = Reflect.getPrototypeOf(holder)
  return holder
}

const has = (holder: object, name: string): boolean => Reflect.getOwnPropertyDescriptor(holder, name) !== undefined

/** Whether it is the `Object.prototype` of this realm or another, from which no page inherits options. */
const isRoot = (holder: object): boolean =>
  Reflect.getPrototypeOf(holder) === null && has(holder, 'hasOwnProperty') && has(holder, 'isPrototypeOf')

/** Copies the members of these names, and all own members, into an object without a prototype. */
export function named(given: unknown, names: readonly string[]): Record<string, unknown> {
  const found = Object.create(null) as Record<string, unknown>
  if (given === undefined || given === null) return found
  if (typeof given !== 'object') throw new TypeError(`a ${typeof given} is not an object`)
  for (const name of new Set([...names, ...Object.keys(given)])) {
    const value = look(given, name)
    if (value !== undefined) found[name] = value
  }
  return found
}

/**
 * Stands for values that no option accepts, such as a function or a bigint. The core rejects it by the option's name.
 */
const UNFIT = {}

/** A JSON copy, which the page can no longer change: of objects, the members of these names, down to a depth. */
export function plain(value: unknown, names: readonly string[] = [], depth = 0): unknown {
  if (value === null || ['string', 'number', 'boolean'].includes(typeof value)) return value
  if (typeof value !== 'object' || depth === 0) return UNFIT
  const copy = (name: string | number) => plain(look(value, String(name)), names, depth - 1)
  if (Array.isArray(value)) return Array.from({ length: value.length }, (_, at) => copy(at))
  return Object.fromEntries(names.filter((name) => look(value, name) !== undefined).map((name) => [name, copy(name)]))
}
