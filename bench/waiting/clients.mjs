/**
 * Who watches the tasks. A client with a pause is the loop of the client that came before: it sleeps so long, then
 * looks.
 */
export const OURS = 'imagine-x402'
export const LOOPS = { 'every 10 s': 10_000, 'every 15 s': 15_000 }
export const CLIENTS = [{ client: OURS }, ...Object.entries(LOOPS).map(([client, pause]) => ({ client, pause }))]
