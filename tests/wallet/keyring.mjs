import SimpleKeyringModule from '@metamask/eth-simple-keyring'

const SimpleKeyring = SimpleKeyringModule.default ?? SimpleKeyringModule

/** The private keys, in MetaMask's own keyring: all three vendors hash and sign with its eth-sig-util. */
export async function openKeyring(privateKeys, { v01 = false } = {}) {
  const keyring = new SimpleKeyring()
  await keyring.deserialize(privateKeys.map((key) => key.replace(/^0x/, '')))

  return {
    accounts: await keyring.getAccounts(),
    async signTypedMessage({ from, data }, version) {
      const typedData = typeof data === 'string' ? JSON.parse(data) : data
      const signature = await keyring.signTypedData(from, typedData, { version })
      return v01 ? withRecoveryBit(signature) : signature
    },
    signPersonalMessage: ({ from, data }) => keyring.signPersonalMessage(from, data),
  }
}

/** Ledger devices answered v as 0 or 1 for years. */
const withRecoveryBit = (signature) => signature.slice(0, -2) + (signature.endsWith('1b') ? '00' : '01')
