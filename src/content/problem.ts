/** Something in the content that its author must put right. */
export interface Problem {
  /** Path from the content's root, with forward slashes: `jobs/microneedling.yaml`. */
  file: string;
  /** What is wrong, and where in the file. */
  message: string;
}
