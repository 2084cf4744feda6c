/** Where the sign-in page is. */
export const SIGN_IN = "/admin/sign-in";

/** Where somebody looks after their own account. */
export const ACCOUNT = "/admin/account";

/** Where the queue's own page is. */
export const QUEUES = "/admin/queues";

/** The address of a page of a clinic; without a page, of its first one. */
export function clinicPath(clinicId: string, page = ""): string {
  return `/admin/${clinicId}${page === "" ? "" : `/${page}`}`;
}

/** The path that somebody wanted before they had to sign in; the front page where it is not ours. */
export function safeNext(next: string | undefined): string {
  return next !== undefined && /^\/admin(\/[\w/-]*)?$/.test(next) ? next : "/admin";
}
