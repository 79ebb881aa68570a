import type { ErrorCode, ImagineError, Paid } from 'imagine-x402'

/** `quiet`: the visitor's own decision, so not an alarm. */
export interface Words {
  title: string
  advice: string
  quiet?: true
}

export const ERROR_WORDS: Record<ErrorCode, Words> = {
  invalid_request: { title: 'The request cannot be sent as it is', advice: 'Correct the form, then try again.' },
  image_unreadable: { title: 'The image could not be read', advice: 'Choose another image, or remove it.' },
  unsupported_environment: {
    title: 'This browser cannot run the page',
    advice: 'Use a current browser that allows WebAssembly.',
  },
  network: { title: 'The service could not be reached', advice: 'Check your connection, then try again.' },
  http: { title: 'The service answered with an error', advice: 'Try again in a little while.' },
  bad_response: {
    title: 'The service’s answer makes no sense',
    advice: 'Try again later; the details below help to report it.',
  },
  no_wallet: {
    title: 'No wallet was found',
    advice: 'Install a wallet, or open this page in your wallet’s own browser.',
  },
  wallet_ambiguous: { title: 'Which wallet?', advice: 'Several were found. Choose one in the form.' },
  wallet_busy: {
    title: 'Your wallet is waiting for you',
    advice: 'Open the wallet and finish the request it is showing, then try again.',
  },
  wallet_locked: { title: 'Your wallet is locked', advice: 'Unlock it, then try again.' },
  wallet_error: { title: 'The wallet reported an error', advice: 'The details below are the wallet’s own words.' },
  user_rejected: {
    title: 'You refused in your wallet',
    advice: 'Nothing happened. Try again whenever you like.',
    quiet: true,
  },
  declined: { title: 'You did not confirm', advice: 'Nothing happened. Try again whenever you like.', quiet: true },
  wrong_network: { title: 'Your wallet is on another network', advice: 'Switch it to Base, then try again.' },
  clock_mismatch: {
    title: 'The clocks do not agree',
    advice:
      'Your device and your wallet’s network are more than a day apart. Set the clock of your device, then try again.',
  },
  no_acceptable_offer: {
    title: 'The service offers no payment that is safe to sign',
    advice: 'The details below say why each offer was refused.',
  },
  request_unsupported: {
    title: 'The service does not take this request',
    advice: 'Change what is named below. Nothing was asked of your wallet.',
  },
  price_too_high: {
    title: 'The price is above your limit',
    advice: 'Raise the limit beside the button, or ask for less.',
  },
  budget_exceeded: {
    title: 'This would go over your budget',
    advice: 'Wait until the budget opens again, or raise it.',
  },
  insufficient_funds: { title: 'There is not enough USDC in the wallet', advice: 'Add USDC on Base, then try again.' },
  bad_signature: {
    title: 'The wallet’s signature cannot be used',
    advice: 'It was not sent. Try again, or use another wallet.',
  },
  signature_expired: {
    title: 'The signature came too late',
    advice: 'It was not sent. Try again and sign a little sooner.',
  },
  payment_rejected: {
    title: 'The payment was not taken',
    advice: 'The USDC contract itself says so, and it can not be taken any more.',
  },
  payment_unknown: {
    title: 'It is not known whether the payment went through',
    advice: 'Check again in a minute or two.',
  },
  generation_failed: {
    title: 'The video could not be made',
    advice: 'Keep the receipt: the service documents no automatic refund.',
  },
  task_not_found: {
    title: 'The service does not know this job',
    advice: 'It may have just begun, or be too old. Check again.',
  },
  wait_timeout: {
    title: 'It is taking longer than expected',
    advice: 'This is not a failure: the job goes on. Check again.',
  },
  aborted: { title: 'You stopped', advice: 'Nothing was bought.', quiet: true },
}

const UNEXPECTED: Words = { title: 'Something unexpected happened', advice: 'The details below help to report it.' }

export function wordsFor(code: string): Words {
  return Object.hasOwn(ERROR_WORDS, code) ? ERROR_WORDS[code as ErrorCode] : UNEXPECTED
}

export const PAID_WORDS: Record<Paid, string> = {
  no: 'No. No money was taken.',
  yes: 'Yes. The payment was made.',
  unknown: 'Not known yet. Do not pay again until it is.',
}

export const RETRY_WORDS: Record<ImagineError['retry'], string> = {
  safe: 'Trying again is safe: nothing was paid.',
  resume: 'Do not pay again: what you paid for can still be looked up.',
  pays_again: 'Trying again is a new purchase, with a new payment.',
  never: 'As it stands, trying again would end the same way.',
}
