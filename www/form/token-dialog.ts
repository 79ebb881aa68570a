import { ask } from '../ui/ask'

/** What cannot be undone is asked for once more. */
export const confirmToken = (): Promise<boolean> =>
  ask({
    title: 'Launch a public token?',
    text: 'With this video the service deploys a token on Base, with your wallet as its creator. It cannot be undone.',
    yes: 'Buy, and launch the token',
    no: 'Do not buy',
  })
