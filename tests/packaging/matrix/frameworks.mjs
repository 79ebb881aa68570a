// Frameworks that make pages on a server as well. The apps are in `apps/`; each page asks on the server, or buys in the
// browser, or both.
const INLINE = 'imagine-x402'
const URL_ENTRY = 'imagine-x402/url'
const PAGES = { [INLINE]: '/', [URL_ENTRY]: '/url' }

const NEXT = 'node_modules/next/dist/bin/next'

const next = (bundler, flag) => ({
  name: `Next 16, ${bundler}`,
  app: 'next',
  tools: ['next', 'react', 'react-dom'],
  build: [NEXT, 'build', flag],
  start: (port) => [NEXT, 'start', '--hostname', '127.0.0.1', '--port', port],
  pages: PAGES,
  servers: { 'server component': '/', 'edge runtime': '/api/edge' },
  proxy: { recipe: 'next', route: 'app/api/imagine/[...path]/route.js' },
})

export const FRAMEWORKS = [
  next('Turbopack', '--turbopack'),
  next('webpack', '--webpack'),
  {
    name: 'SvelteKit 2',
    app: 'sveltekit',
    tools: ['@sveltejs', 'svelte', 'vite'],
    build: ['node_modules/vite/bin/vite.js', 'build'],
    start: () => ['build/index.js'],
    pages: PAGES,
    servers: { 'on the server': '/' },
    proxy: { recipe: 'sveltekit', route: 'src/routes/api/imagine/[...path]/+server.js' },
  },
]
