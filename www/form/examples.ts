/** A name, and what one click writes. */
export const EXAMPLES: [string, string][] = [
  ['Paper boat', 'A paper boat sails down a neon-lit street in the rain, seen from just above the water'],
  ['Tiny baker', 'A mouse in an apron takes a loaf the size of a walnut out of a brick oven, warm morning light'],
  ['Lighthouse', 'A lighthouse at dusk from a slowly circling drone, waves breaking, its beam sweeping through mist'],
  ['Origami', 'A sheet of red paper folds itself into a crane, shakes its wings and flies out of the window'],
]
