/** The proxy's own answers, in the form in which the library reads a service's reasons. */

/** What is true of every request that is refused before it is forwarded. */
export const UNTOUCHED = 'nothing was forwarded'

export const refusal = (status: number, error: string, headers: Record<string, string> = {}): Response =>
  Response.json({ error }, { status, headers: { ...headers, 'x-content-type-options': 'nosniff' } })
