/** A refusal thrown by a route for staff: a status, what is wrong, and what to do about it. */
export class PageProblem extends Error {
  override readonly name = "PageProblem";
  readonly status: number;
  readonly title: string;

  constructor(status: number, title: string, advice: string) {
    super(advice);
    this.status = status;
    this.title = title;
  }
}

/** The refusal for what is not there, or belongs to a clinic where the visitor does not work. */
export function noSuch(what: string): PageProblem {
  return new PageProblem(
    404,
    `There is no such ${what}`,
    "The address may be cut short or out of date. Look it up from the clinic's pages.",
  );
}
