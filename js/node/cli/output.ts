/** What the command line says: lines for people, or lines of JSON. */
import { type ImagineError, type ImagineEvent, isImagineError, type Paid } from 'imagine-x402'

/** The exit code of an error, by what became of the money. */
const EXITS = { no: 1, unknown: 3, yes: 4 }
/** The exit code where money may have moved. */
export const UNKNOWN = EXITS.unknown

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

  /** The result of what was paid, or was not. */
  async result(value: unknown, words: string, paid: Paid = 'no'): Promise<void> {
    this.#endLine()
    const text = this.#isJson ? JSON.stringify({ type: 'result', result: value }) : clean(words)
    const failed = await new Promise<Error | null | undefined>((done) => process.stdout.write(`${text}\n`, done))
    if (failed)
      throw new UnsavedError(
        `the result could not be written: ${failed.message}; \`imagine-x402 tasks\` lists it`,
        paid,
      )
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
    else process.stderr.write(`${message}\n${WORDS[paid]}${isImagineError(error) && isToResume(error) ? RESUME : ''}\n`)
    return EXITS[paid]
  }

  /** A call that was wrong. Returns the exit code. */
  misuse(message: string): number {
    const words = `${message}\nRun \`imagine-x402 --help\` for all commands. Nothing was paid.\n`
    if (this.#isJson) process.stdout.write(`${JSON.stringify({ type: 'error', error: { message, paid: 'no' } })}\n`)
    else process.stderr.write(words)
    return MISUSED
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

const MISUSED = 2

/** Without what steers a terminal. */
const clean = (text: string): string => text.replace(/[^\P{C}\n]/gu, '')

const WORDS = {
  no: 'Nothing was paid.',
  unknown: 'It is not known yet whether it was paid. Do not buy again: run `imagine-x402 resume`.',
  yes: 'It was paid.',
}

/** What was not saved is over: it has its own advice. */
const isToResume = ({ paid, retry }: ImagineError): boolean => paid === 'yes' && retry === 'resume'

const RESUME = ' Run `imagine-x402 resume` for the video.'

const STEPS = {
  signing: 'signing',
  paying: 'paying',
  payment_unknown: 'the answer was lost; finding out whether it was paid',
  accepted: 'accepted; the video is being made',
}

const WIDTH = 30

const bar = (percent: number): string => {
  const done = Math.round((percent / 100) * WIDTH)
  return `[${'#'.repeat(done)}${'.'.repeat(WIDTH - done)}]`
}
