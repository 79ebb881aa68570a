/** The active chain, in the words of MetaMask's notifications. */
export const networkOf = ({ chainId }, isConnected = true) => ({
  chainId,
  networkVersion: String(Number(chainId)),
  isConnected,
})
