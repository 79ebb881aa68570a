// What the action says. Each sentence about money is what the library knows, and no more.

/** What became of the money. */
export const MONEY = {
  no: 'Nothing was paid.',
  yes: 'It was paid.',
  unknown: 'It is not known yet whether it was paid.',
}

const NEXT = {
  safe: 'It can be tried again.',
  resume: 'Do not buy it again: `npx imagine-x402 resume` finds out.',
  pays_again: 'To try again is to pay again.',
  never: 'It cannot work as it stands.',
}

export const accepted = (paid, receipt) => `The video is being made, which takes minutes. ${spent(paid, receipt)}`

export const done = (paid, { video, receipt }) =>
  `${video ? `The video: ${video.url} .` : 'The video is done, and has no address.'} ${spent(paid, receipt)}`

/** Of an error of the library: what happened, what became of the money, and what to do. */
export const failed = ({ message, paid, retry }) => `No video: ${message}. ${MONEY[paid]} ${NEXT[retry]}`

export const EMPTY = `No video: the message does not say what it is to show. ${MONEY.no}`
export const UNSET = `No video: the settings IMAGINE_BUDGET and IMAGINE_PRIVATE_KEY are needed. ${MONEY.no}`

const spent = (paid, receipt) =>
  paid === 'yes' && receipt ? `${receipt.amount.amount} ${receipt.amount.symbol} were paid.` : MONEY[paid]
