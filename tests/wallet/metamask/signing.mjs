import { createWalletMiddleware } from '@metamask/eth-json-rpc-middleware'
import { SignatureController } from '@metamask/signature-controller'

/** MetaMask's checks, hashing and prompts for signatures. Its neighbours are stand-ins that answer from our session. */
export function createSigning({ root, child, keyring, session }) {
  const neighbours = {
    KeyringController: {
      signTypedMessage: inItsWords(keyring.signTypedMessage),
      signPersonalMessage: keyring.signPersonalMessage,
    },
    NetworkController: {
      getNetworkClientById: () => ({ configuration: { chainId: session.chainId } }),
    },
    AccountsController: {
      getState: () => ({ internalAccounts: { accounts: internalAccounts(keyring.accounts) } }),
    },
    LoggingController: { add: () => {} },
    GatorPermissionsController: { decodePermissionFromPermissionContextForOrigin: () => undefined },
  }

  const actions = ['ApprovalController:addRequest']
  for (const [namespace, handlers] of Object.entries(neighbours)) {
    const messenger = child(namespace)
    for (const [name, handler] of Object.entries(handlers)) {
      messenger.registerActionHandler(`${namespace}:${name}`, handler)
      actions.push(`${namespace}:${name}`)
    }
  }

  const messenger = child('SignatureController')
  root.delegate({ messenger, actions })
  const controller = new SignatureController({ messenger })

  const signTypedMessage = (params, request, context, version) =>
    controller.newUnsignedTypedMessage(params, withContext(request, context), version, { parseJsonData: false })

  return createWalletMiddleware({
    getAccounts: async () => session.permitted,
    processTypedMessageV3: signTypedMessage,
    processTypedMessageV4: signTypedMessage,
    processPersonalMessage: (params, request, context) =>
      controller.newUnsignedPersonalMessage(params, withContext(request, context)),
  })
}

/** The real KeyringController's words. */
const inItsWords = (signTypedMessage) => (message, version) =>
  signTypedMessage(message, version).catch((error) => {
    throw new Error(`Keyring Controller signTypedMessage: ${error}`)
  })

const internalAccounts = (accounts) =>
  Object.fromEntries(accounts.map((address) => [address, { address, type: 'eip155:eoa' }]))

const withContext = (request, context) => ({
  ...request,
  origin: context.get('origin'),
  networkClientId: context.get('networkClientId'),
})
