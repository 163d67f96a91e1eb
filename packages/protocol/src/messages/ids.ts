/**
 * The numbers by which processes name things on the wire.
 *
 * Each id belongs to one giver, which counts upwards and never gives a number twice in its life, so that a late message
 * can never mean something else. Keys (strings) are for people and for what several clients share; ids are for hot paths.
 */

declare const brand: unique symbol;
type Branded<Name extends string> = number & { readonly [brand]: Name };

/** A task, as the scheduler numbers it. Workers and their peers use it too, for the task and for its result. */
export type TaskId = Branded<'TaskId'>;
/** A task, as one client's session numbers it; starts at 1. */
export type ClientTaskId = Branded<'ClientTaskId'>;
/** One execution of a task, numbered over all tasks of a scheduler's epoch: a stale report is recognised by it. */
export type AttemptId = Branded<'AttemptId'>;
/** One incarnation of a worker: a worker that comes back after its death has another. */
export type WorkerId = Branded<'WorkerId'>;
/** A client's session with a scheduler. */
export type ClientId = Branded<'ClientId'>;
/** A function, as the sender of the link numbers it: a client towards the scheduler, the scheduler towards all workers. */
export type FunctionId = Branded<'FunctionId'>;
/** A set of task options, as a client's session numbers it. */
export type OptionsId = Branded<'OptionsId'>;
