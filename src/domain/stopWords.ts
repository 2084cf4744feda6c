import { partsOf } from "./words.ts";

/**
 * Whole texts that revoke. The English ones are those of 47 CFR 64.1200(a)(10) and of Twilio
 * (https://www.twilio.com/docs/messaging/tutorials/advanced-opt-out), with their Spanish
 * counterparts and the slips of a thumb.
 */
const WHOLE = listed(
  `stop, quit, end, revoke, opt out, optout, cancel, unsubscribe, stopall, stop all, remove, cease,
  stop it, stop this, stop that, end this, cancel this, cancel all, end all, stop to end, stop 2 end,
  no more, not interested, discontinue, turn off, enough already, go away, get lost, fuck off, piss off, shut up, wrong number, wrong person,
  stopp, stoppp, sotp, stpo, unsubcribe, unsuscribe, unsubscibe, unsubscribed, arret,
  alto, parar, para, pare, paren, baja, de baja, dar de baja, detener, deten, detenga, detengan,
  detente, cancelar, cancela, cancele, cancelen, basta, basta ya, terminar, termina, finalizar, fin,
  salir, anular, quitar, revocar, no mas, ya no, ya no mas, ya basta, no quiero mas, desuscribir,
  desuscribirme, desuscribirse, numero equivocado, persona equivocada`,
);

/** Those that revoke as the first or last thought of a longer text; "cancel" alone would not. */
const FIRM = listed(
  `stop, stop it, stop this, stopall, stop all, opt out, optout, unsubscribe, revoke, no more,
  wrong number, alto, parar, baja, de baja, basta, basta ya, ya basta, numero equivocado`,
);

/** What people put around a command. */
const POLITE =
  /^(?:please|pls|plz|thanks|thank|you|thx|ok|okay|hi|hello|hey|now|just|immediately|right|por|favor|porfa|porfavor|gracias|ya|hola|ahora|the|clinic)$/;

/** How people lead up to one: "can you stop", "I said stop". */
const LEAD =
  /^(?:(?:please |just )*(?:(?:can|could|would|will) (?:you|u)|(?:i|ive) (?:said|say|told you to|want you to|need you to|would like you to)|(?:you|u) (?:need|have) to)(?: please| just)*) /;

const NOUNS_EN =
  "(?:texts?|texting|txts?|msgs?|messages?|messaging|sms|reminders?|notifications?|alerts|updates|spam)";
const FILL_EN =
  "(?:the|these|this|those|all|any|my|me|your|you|of|with|from|to|it|sending|getting|receiving|get|receive|have|be|more|further|future|aftercare|automated|automatic|daily|stupid|annoying|damn|fucking|please|such|anymore|clinic)";
const NOUNS_ES =
  "(?:mensajes?|mensajitos|msjs?|textos?|sms|recordatorios?|avisos?|notificaciones|alertas)";
const FILL_ES =
  "(?:me|nos|los|las|el|la|mis|sus|tus|estos|esos|estas|de|mas|tantos|todos|por|favor|recibir|recibiendo|seguir|enviando|mandando|ya|a|ningun|ningunos|nada)";
const WRITE_ES = "(?:mand|envi|escrib|molest|contact|text|mensaj|acos)[a-z]+";
/** As a wish or an order (subjunctive), which no report of the past looks like. */
const ORDER_ES =
  "(?:escribas?|escriban|mandes?|manden|envies?|envien|molestes?|molesten|contactes?|contacten|textees?|texteen)";

const pattern = (source: string) => new RegExp(`(?<= |^)${source}(?= |$)`);

/** Sentences in which a reasonable person sees a wish to get no more texts. */
const SENTENCES_EN = [
  `(?:stop|quit|cease|end|halt|discontinue|cancel)(?: ${FILL_EN}){0,5} (?:texting|txting|messaging|contacting|spamming|bothering|harassing|annoying|bugging|sending|(?:writing|calling|phoning|emailing) (?:me|us)|${NOUNS_EN})`,
  `(?:stop|end|cancel|discontinue)(?: sending| getting| receiving)? (?:these|those|them)(?: please| now)?$`,
  `(?:turn|switch|shut) off(?: ${FILL_EN})* (?:these|those|${NOUNS_EN})`,
  `(?:turn|switch|shut) (?:these|those|them|it) off`,
  `(?<!(?:you|they|we|why|u) )(?:dont|do not|never) (?:text|message|contact)$`,
  `(?<!(?:you|they|we|why|u) )(?:dont|do not|never)(?: ever| please)* (?:text|txt|message|msg|contact|bother|spam|disturb)(?: ${FILL_EN})* ?(?:me|us|again|anymore|number)`,
  `(?<!(?:you|they|we|why|u) )(?:dont|do not|never)(?: ever| please)* send(?: ${FILL_EN})* (?:anything|${NOUNS_EN})`,
  `(?:dont|do not|no longer|not|never)(?: want| wish| wanna| need)(?: ${FILL_EN})* (?:texted|messaged|contacted|bothered|${NOUNS_EN})(?! (?:to|stop|stopped|have|end))`,
  `(?:didnt|did not|never)(?: ever)? (?:sign|signed|subscribe|subscribed|consent|consented|agree|agreed)(?: up)?(?: for| to)(?: ${FILL_EN})* (?:this|these|${NOUNS_EN})`,
  `(?:tired of|sick of|fed up with|done with|enough of|enough with)(?: ${FILL_EN})* ${NOUNS_EN}`,
  `(?:(?:want|please|ok|okay|need|get|send|said|me) )?no more(?: ${FILL_EN})* ${NOUNS_EN}`,
  `leave (?:me|us) (?:alone|be)`,
  `(?:lose|forget|delete|remove|erase|block) (?:my|this) (?:phone |cell )?number`,
  `take (?:me|us|my number|this number) off`,
  `(?:take|remove|get|drop|cut|delete)(?: me| us| my number) (?:off|from|out of)(?: ${FILL_EN})* (?:list|lists|system|program|${NOUNS_EN})`,
  `remove me$`,
  `unsubscribe`,
  `(?:opt|opting)(?: me)? out(?! of)`,
  `(?:opt|opting)(?: me)? out of(?: ${FILL_EN})* (?:this|these|it|program|${NOUNS_EN})`,
  `(?:revoke|withdraw|revoking|withdrawing)(?: my| all)* (?:consent|permission|authorization|authorisation)`,
  `(?:have|got|is|its|texting)(?: the| a)? wrong (?:number|person)$`,
].map(pattern);

const SENTENCES_ES = [
  `(?:deja|deje|dejen|dejad|dejar|dejenme|dejeme|dejame|pare|paren|parar|para|cesen|cese)(?: ya)? (?:de|con)(?: ${FILL_ES})* (?:${WRITE_ES}|${NOUNS_ES})`,
  `(?:pare|paren|parar|deten|detenga|detengan|detener|cancela|cancele|cancelen|cancelar|quiten|quite|suspendan|suspender|terminen)(?: con)?(?: ${FILL_ES})* (?:${NOUNS_ES}|suscripcion)`,
  `no (?:me|nos) ${ORDER_ES}`,
  `no (?:me |nos )?vuelv[a-z]+ a ${WRITE_ES}`,
  `no ${ORDER_ES}(?: ${FILL_ES})* (?:mas|${NOUNS_ES})`,
  `^no (?:molesten|molestar|molestes?|escribir|mandar|enviar)(?: mas)?$`,
  `no (?:quiero|deseo|necesito|quisiera)(?: ${FILL_ES})* ${NOUNS_ES}`,
  `no (?:quiero|deseo) que (?:me|nos) ${ORDER_ES}`,
  `(?:no mas|basta de|basta con|ni un)(?: ${FILL_ES})* ${NOUNS_ES}`,
  `(?:dejame|dejeme|dejenme|dejarme) (?:en paz|tranquil[oa])`,
  `(?:dar|dame|deme|denme|darme|darse|me doy|doy) de baja`,
  `(?:quit|borr|saqu|sac|elimin)[a-z]*(?:me)? de (?:la|su|esta|tu) lista`,
  `(?:borren|borre|borra|borrar|eliminen|elimine|elimina|eliminar|quiten|quite) (?:mi|este) (?:numero|telefono|celular)`,
  `(?:revoco|retiro)(?: mi)? (?:consentimiento|permiso|autorizacion)`,
  `(?:es|tiene|tienen) (?:un |el )?numero equivocado`,
  `desuscrib[a-z]+`,
].map(pattern);

/** Who asks when, or whether, does not say so. */
const ASKS =
  /^(?:(?:when|why) (?:will|do|does|did|are|is|can|should|would|no)|how (?:long|often)|what happens|should i|do i|did i|if i|cuando|hasta cuando|por que|que pasa|debo|tengo que|si (?:dejo|paro))(?= |$)/;

/** "Don't stop", "I do not want you to stop", right ahead of what would be a stop. */
const NEGATED_EN =
  /(?:^| )(?:dont|do not|cant|cannot|can not|wont|will not|never|not|didnt|did not|couldnt|havent)(?: want| wanted| wish)?(?: you| them| it| ever)?(?: to)?$/;
/** "Why don't you stop" wants it all the same. */
const URGES = /(?:^| )why (?:dont|cant|wont|do not) (?:you|u)$/;
const NEGATED_ES = /(?:^| )(?:(?:no|nunca|jamas)(?: [a-z]+){0,2} que|no|nunca|jamas)$/;

/**
 * Whether a text revokes the consent to text: 47 CFR 64.1200(a)(10) takes any reasonable means, so a
 * plain sentence counts like the word STOP. In doubt it does: a text to someone who said stop breaks
 * the law, and who was misread gets a confirmation that says how to come back.
 */
export function revokes(text: string): boolean {
  const parts = partsOf(text);
  if (WHOLE.has(bare(parts.join(" ")))) return true;
  const thoughts = parts.map(bare).filter((part) => part !== "");
  if (FIRM.has(thoughts[0] ?? "") || FIRM.has(thoughts.at(-1) ?? "")) return true;
  return parts.some(saysStop);
}

/** A command without what is put around it, and said once. */
export function bare(line: string): string {
  const words = line.replace(LEAD, "").split(" ");
  while (POLITE.test(words[0] ?? "")) words.shift();
  while (POLITE.test(words.at(-1) ?? "")) words.pop();
  return words.filter((word, index) => word !== words[index - 1]).join(" ");
}

function saysStop(part: string): boolean {
  if (ASKS.test(part)) return false;
  const said = (sentences: readonly RegExp[], negated: RegExp) =>
    sentences.some((sentence) => {
      const found = sentence.exec(part);
      if (found === null) return false;
      const before = part.slice(0, found.index).trimEnd();
      return !negated.test(before) || URGES.test(before);
    });
  return said(SENTENCES_EN, NEGATED_EN) || said(SENTENCES_ES, NEGATED_ES);
}

function listed(words: string): ReadonlySet<string> {
  return new Set(words.split(",").map((each) => each.trim()));
}
