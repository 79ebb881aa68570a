// Next and React are linked from where the tests have them, which is outside of the app.
export default { turbopack: { root: '/' }, outputFileTracingRoot: '/' }
