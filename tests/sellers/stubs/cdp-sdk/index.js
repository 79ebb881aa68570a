export async function generateJwt() {
  throw new Error('there is no Coinbase here')
}
