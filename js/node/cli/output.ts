/** What the command line says: lines for people, or lines of JSON. */
import { type ImagineEvent, isImagineError, type Paid } from 'imagine-x402'

/** The exit code of an error, by what became of the money. */
const EXITS = { no: 1, unknown: 3, yes: 4 }

/** A video that was made, and could not be saved. */
export class UnsavedError extends Error {
  constructor(
    message: string,
    readonly paid: Paid,
  ) {
    super(message)
  }
}

export class Output {
  readonly #isJson: boolean
  #isOnLine = false
  /** Of a command that ends without an error. */
  exitCode = 0

  constructor(isJson: boolean) {
    this.#isJson = isJson
  }

  /** The result. */
  result(value: unknown, words: string): void {
    this.#endLine()
    process.stdout.write(this.#isJson ? `${JSON.stringify({ type: 'result', result: value })}\n` : `${words}\n`)
  }

  readonly event = (event: ImagineEvent): void => {
    if (this.#isJson) process.stdout.write(`${JSON.stringify(event)}\n`)
    else this.#progress(event)
  }

  /** Says what went wrong. Returns the exit code. */
  error(error: unknown): number {
    this.#endLine()
    const message = (error as Partial<Error> | null)?.message ?? String(error)
    // Of anything else that is thrown, nobody knows.
    const paid = isImagineError(error) || error instanceof UnsavedError ? error.paid : 'unknown'
    const told = isImagineError(error) ? error : { message, paid, retry: 'resume' }
    if (this.#isJson) process.stdout.write(`${JSON.stringify({ type: 'error', error: told })}\n`)
    else process.stderr.write(`${message}\n${WORDS[paid]}${paid === 'yes' && told.retry === 'resume' ? RESUME : ''}\n`)
    return EXITS[paid]
  }

  #progress(event: ImagineEvent): void {
    const { type } = event
    if (type === 'status') {
      const percent = 'progress' in event.status ? event.status.progress : null
      this.#line(percent === null ? event.status.status : `${bar(percent)} ${percent} %`)
    } else if (type in STEPS) this.#line(STEPS[type as keyof typeof STEPS])
  }

  /** One line that changes on a terminal, or a line each elsewhere. */
  #line(text: string): void {
    process.stderr.write(process.stderr.isTTY ? `\r\x1b[K${text}` : `${text}\n`)
    this.#isOnLine = process.stderr.isTTY === true
  }

  #endLine(): void {
    if (this.#isOnLine) process.stderr.write('\n')
    this.#isOnLine = false
  }
}

const WORDS = {
  no: 'Nothing was paid.',
  unknown: 'It is not known yet whether it was paid. Do not buy again: run `imagine-x402 resume`.',
  yes: 'It was paid.',
}

const RESUME = ' Run `imagine-x402 resume` for the video.'

const STEPS = {
  signing: 'signing',
  paying: 'paying',
  payment_unknown: 'the answer was lost; finding out whether it was paid',
  accepted: 'paid; the video is being made',
}

const WIDTH = 30

const bar = (percent: number): string => {
  const done = Math.round((percent / 100) * WIDTH)
  return `[${'#'.repeat(done)}${'.'.repeat(WIDTH - done)}]`
}
