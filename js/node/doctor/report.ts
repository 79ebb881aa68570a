/** What the doctor has found. */

/** What was looked at. */
export type Check =
  | 'address'
  | 'reachable'
  | 'terms'
  | 'price'
  | 'parameters'
  | 'models'
  | 'templateData as an object'
  | 'templateData as text'
  | 'seed'
  | 'CORS: asking'
  | 'CORS: paying'
  | 'CORS: the price'
  | 'CORS: the receipt'
  | 'CORS: Retry-After'
  | 'CORS: the status'
  | 'CORS: the media'
  | 'body limit'
  | 'unknown task'
  | 'this task'
  | 'clock'

/** `works by`: with what `set` says. `unknown`: nothing was learnt. */
export type Verdict = 'works' | 'works by' | 'does not' | 'unknown'

/** One thing that was looked at. */
export interface Finding {
  check: Check
  verdict: Verdict
  /** What was seen, as one sentence. */
  says: string
  /** What a page should set, or what has to be done, for it to work. */
  set?: string
}

/** How a page can buy. */
export type Buys = 'directly' | 'by a proxy' | 'not at all'

/** What the doctor reports of a service. */
export interface Report {
  url: string
  /** The origin of the page for which it was judged. */
  origin: string
  findings: Finding[]
  buys: Buys
}

export const finding = (check: Check, verdict: Verdict, says: string, set?: string): Finding => ({
  check,
  verdict,
  says,
  ...(set !== undefined && { set }),
})

/** What helps a page that may not see enough. */
export const PROXY = 'use `imagine-x402/proxy`, with a path as `baseUrl`'
