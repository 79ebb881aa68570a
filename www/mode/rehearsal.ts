/** Something that can be made to go wrong, so that the recovery can be watched. */
export interface Scenario {
  name: string
  label: string
  group: string
  /** What happens, and what is to be seen. */
  says: string
}

/** The faults of a mode. One at a time; '' is none. */
export interface Rehearsal {
  scenarios: readonly Scenario[]
  current: string
  choose(name: string): Promise<void>
  /** Lets time pass, on the chain and on this page, where waiting for it would be long. */
  skip?(): Promise<void>
}
