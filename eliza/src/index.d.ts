import type { Plugin } from '@elizaos/core'

/** Buys AI videos with USDC, within the limits of the operator's settings. Needs `IMAGINE_BUDGET` and a key. */
export declare const imaginePlugin: Plugin
export default imaginePlugin
