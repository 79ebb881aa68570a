/**
 * Signs with the well-known first key of development chains, and tells who signed. Loaded when the first signature is
 * requested: viem needs certain globals as soon as it is evaluated.
 */
import { recoverTypedDataAddress } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import type { PrivateKeyAccount } from 'viem/accounts'

let made: PrivateKeyAccount | undefined

/** Created once: that takes a tenth of a second on a slow processor. */
const account = () =>
  (made ??= privateKeyToAccount('0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80'))

type TypedData = Parameters<PrivateKeyAccount['signTypedData']>[0]

export const sign = (typedData: unknown) => account().signTypedData(typedData as TypedData)

export { recoverTypedDataAddress }
