/** Told to a run by its worker, which stops: end now, somebody else will go on. */
export class Drained extends Error {
  constructor() {
    super("The worker is stopping.");
    this.name = "Drained";
  }
}

/** Told to a run by its worker: end now, a suspect is about to run alone; this one goes on afterwards. */
export class SetAside extends Error {
  constructor() {
    super("A job that may end the worker runs alone now.");
    this.name = "SetAside";
  }
}

/** Told to a run that does not move by its worker, which stops for that. Unlike the others it counts as an attempt. */
export class Stalled extends Error {
  constructor(seconds: number) {
    super(`It did not move for ${Math.round(seconds)} s, and its worker ended itself.`);
    this.name = "Stalled";
  }
}
