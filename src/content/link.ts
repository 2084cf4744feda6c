/** What looks like a web address, with all that touches it: phones link what stands without space. */
const ADDRESS = /\S*(?:\bhttps?:|\bwww\.)\S*/gi;

/** How a link may end: not with a mark that one phone takes into it and another leaves out. */
const WHOLE_END = /[\p{L}\p{N}/=_-]$/u;

/**
 * What is wrong with the links of a text message, in words for its author. Phones and carriers
 * decide by themselves where an address begins and ends, so each must stand alone between spaces,
 * end in a letter or figure, and be `https`. `links` are the addresses that variables may have put
 * into the text: where one is there, it must be there as it is.
 */
export function linkProblems(text: string, links: readonly string[]): string[] {
  const found = (text.match(ADDRESS) ?? []).flatMap((token) => {
    const core = /https?:\S*|www\.\S*/i.exec(token)?.[0] ?? token;
    const given = links.find((link) => core.toLowerCase().startsWith(link.toLowerCase()));
    if (core !== token || !WHOLE_END.test(token) || (given && core.length > given.length)) {
      return ["a link touches other text; leave a space on both sides of it"];
    }
    if (given !== undefined && core !== given) {
      return ["a link is not whole: a filter or a case of letters has changed it"];
    }
    return isWebAddress(core) ? [] : ["a link does not begin with https://"];
  });
  const cut = links.some((link) => cutIn(text, link));
  return [...new Set([...found, ...(cut ? ["a link is not whole: part of it is missing"] : [])])];
}

function isWebAddress(token: string): boolean {
  return URL.canParse(token) && new URL(token).protocol === "https:";
}

/** Whether only the end of a link, which tells one patient's page from another's, is in a text. */
function cutIn(text: string, link: string): boolean {
  const token = link.slice(link.lastIndexOf("/") + 1);
  return text.includes(token) && !text.includes(link);
}
