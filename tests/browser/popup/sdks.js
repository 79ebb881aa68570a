// The wallets' own published code, as dapps bundle it.
export { createBaseAccountSDK } from '@base-org/account'
export { createCoinbaseWalletSDK } from '@coinbase/wallet-sdk'
