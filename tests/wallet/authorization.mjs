// A payment to be signed, and what its signature is.

export const KEY = '0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80'
export const ACCOUNT = '0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266'
export const OTHER = '0x70997970C51812dc3A010C7d01b50e0d17dc79C8'

// Made with the MetaMask extension 13.5.0 from the typed data below.
export const REFERENCE =
  '0x9a863e0a345028c4e20074ee59ddbe324cd13d566b31efbd014490009b5a2bab3b8dabfc0c696dc81808b0a8a807ff11803e2c590f59092f605af5e096a8aa3c1b'

export const TYPED_DATA = {
  types: {
    EIP712Domain: [
      { name: 'name', type: 'string' },
      { name: 'version', type: 'string' },
      { name: 'chainId', type: 'uint256' },
      { name: 'verifyingContract', type: 'address' },
    ],
    TransferWithAuthorization: [
      { name: 'from', type: 'address' },
      { name: 'to', type: 'address' },
      { name: 'value', type: 'uint256' },
      { name: 'validAfter', type: 'uint256' },
      { name: 'validBefore', type: 'uint256' },
      { name: 'nonce', type: 'bytes32' },
    ],
  },
  primaryType: 'TransferWithAuthorization',
  domain: {
    name: 'USD Coin',
    version: '2',
    chainId: 8453,
    verifyingContract: '0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913',
  },
  message: {
    from: ACCOUNT,
    to: OTHER,
    value: '10000',
    validAfter: '0',
    validBefore: '1790000000',
    nonce: `0x${'11'.repeat(32)}`,
  },
}
export const JSON_TEXT = JSON.stringify(TYPED_DATA)
