// Serves the Next app in the folder that is the argument, in development mode, and prints the address.
import { createServer } from 'node:http'
import path from 'node:path'
import next from 'next'

const dir = path.resolve(process.argv[2])
const app = next({ dev: true, dir, hostname: '127.0.0.1', quiet: true })
await app.prepare()
const server = createServer(app.getRequestHandler())
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}`))
