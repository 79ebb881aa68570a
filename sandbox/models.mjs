/**
 * The models that the seller's 402 lists. Where they are listed on purpose, a task of any other model fails once it is
 * paid, as where a service has lost one; else every name is a model.
 * @param {string[] | null} listed
 */
export function createModels(listed) {
  let current = listed

  return {
    /** Lists other models from now on. */
    set: (models) => {
      current = models
    },
    listed: () => current,
    /** The one whose price is the base price: it stays that. */
    usual: listed?.[0],
    isSold: (model) => current === null || model === undefined || current.includes(model),
  }
}
