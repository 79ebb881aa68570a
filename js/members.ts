/** The members of an object that are neither `undefined` nor `null`. */
export function members(of: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(of).filter(([, value]) => value !== undefined && value !== null))
}
