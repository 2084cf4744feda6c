import type { PageWords } from "../../content/pageWords.ts";
import type { ChannelName } from "../../domain/channel.ts";
import { type ClinicOnPage, documentHtml, PhoneLink } from "./document.tsx";

/** What a page can say where there is no timeline to show. */
export type NoticeKind = "lost" | "busy" | "failed";

/** A page for somebody whose link leads nowhere at present. It says nothing of whose link it was. */
export function noticeHtml(words: PageWords, kind: NoticeKind): string {
  return documentHtml({
    words,
    title: words.say(kind),
    clinic: null,
    children: (
      <>
        <h1>{words.say(kind)}</h1>
        <p class="row">{words.say(`${kind}Text`)}</p>
      </>
    ),
  });
}

/** The page of a patient without an active treatment. */
export function noTreatmentHtml(words: PageWords, clinic: ClinicOnPage): string {
  return documentHtml({
    words,
    title: words.say("title"),
    clinic,
    children: (
      <>
        <h1>{words.say("none")}</h1>
        <p class="row">{words.say("noneText", { clinic: clinic.name })}</p>
        {clinic.phone !== null && (
          <p class="row">
            <PhoneLink phone={clinic.phone} />
          </p>
        )}
      </>
    ),
  });
}

/** The page of an unsubscribe link: the question, or that it is done. */
export function stopHtml(
  words: PageWords,
  clinic: ClinicOnPage,
  { channel, done }: { channel: ChannelName; done: boolean },
): string {
  const messages = words.say(channel);
  const title = done ? words.say("stopped") : words.say("stopQuestion", { messages });
  return documentHtml({
    words,
    title,
    clinic,
    children: (
      <>
        <h1>{title}</h1>
        <p class="row">{words.say("stopText", { messages, clinic: clinic.name })}</p>
        {!done && (
          <form class="row" method="post">
            <button class="strong">{words.say("stop", { messages })}</button>
          </form>
        )}
      </>
    ),
  });
}
