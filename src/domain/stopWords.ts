/** The words of the regulation (47 CFR 64.1200(a)(10)): alone they revoke, even with a question mark. */
export const ALWAYS = listed("stop, quit, end, revoke, opt out, optout, cancel, unsubscribe");

/**
 * Whole texts that revoke: those above, those of Twilio
 * (https://www.twilio.com/docs/messaging/tutorials/advanced-opt-out), with their Spanish
 * counterparts and the slips of a thumb.
 */
export const WHOLE = listed(
  `stop, quit, end, revoke, opt out, optout, cancel, unsubscribe, stopall, stop all, remove, cease,
  stop it, stop this, stop that, end this, cancel this, cancel all, end all, stop to end,
  stop 2 end, no more, not interested, discontinue, turn off, enough already, go away, get lost,
  fuck off, piss off, shut up, remove me, wrong number, wrong person, i want out, no texts,
  no messages, no texting, stopp, sotp, stpo, tsop, st0p, stp, stoo, stol, stopo, stopit,
  unsubcribe, unsuscribe, unsubscibe, unsubscribed, un subscribe, unsub, quit it, texts off,
  do not disturb, arret, alto, parar, para, pare, paren, baja, de baja, dar de baja, detener, deten,
  detenga, detengan, detente, detenganse, detengase, cancelar, cancela, cancele, cancelen, basta,
  basta ya, terminar, termina, finalizar, fin, salir, anular, quitar, quitenme, quiteme, quitame,
  saquenme, saqueme, borrenme, borreme, eliminenme, elimineme, revocar, no mas, ya no mas, ya basta,
  no quiero mas, no me interesa, no mensajes, parale, parenle, quiero la baja, desuscribir,
  desuscribirme, desuscribirse, numero equivocado, numero incorrecto, persona equivocada`,
);

/** Those that revoke as the first or last thought of a longer text; "cancel" alone would not. */
export const FIRM = listed(
  `stop, stop it, stop this, stopall, stop all, opt out, optout, unsubscribe, revoke, wrong number,
  parar, de baja, basta, basta ya, ya basta, numero equivocado, numero incorrecto`,
);

/**
 * What a clinic tells people to stop, and when: "stop retinol" is said by a patient who has
 * understood, and "stop by on Friday" by one who comes.
 */
export const CARE =
  /^(?:(?!anything$|everything$|nothing$|thing$).*ing|retin\w*|vitamin\w*|serums?|creams?|acids?|products?|exfoli\w*|make|makeup|sunscreen|spf|sun|gym|workouts?|exercise|pools?|saunas?|treatments?|appointments?|visits?|emails?|e|by|at|in|on|after|before|over|when|if|there|here|nivel|riesgo|dolor|crema\w*|maquillaje|sol|protector|gimnasio|ejercicio\w*|productos?|tratamiento|citas?|acidos?|correos?)$/;

/** Ahead of a last "stop" that is told of, and not ordered: "I'll stop", "make it stop". */
export const TOLD =
  /^(?:i|we|you|u|he|she|it|they|this|that|will|ill|to|should|shall|can|could|may|must|might|did|does|do|bus|full|pit|non)$/;

const NOUNS_EN =
  "(?:te?xts?|text(?:ing|in|ng)|te?xing|texitng|txts?|txting|msgs?|messages?|mesages?|messges?|messags?|messeges?|masseges?|messaging|sms|reminders?|notifications?|alerts|updates|spam)";
const FILL_EN =
  "(?:the|these|this|those|all|any|my|me|us|your|you|of|with|from|to|or|and|it|sending|getting|receiving|get|receive|have|be|being|keep|call|calls|calling|email|emails|emailing|more|further|future|aftercare|automated|automatic|daily|stupid|annoying|damn|fucking|please|such|anymore|clinic)";
/**
 * What may follow "have" or "get", which fill themselves: each of many in a row would look through
 * all that come after it, were there no end.
 */
const SOME_EN = `(?: ${FILL_EN}){0,30}`;
const NOUNS_ES =
  "(?:mensajes?|mensages?|mesajes?|mensajitos|msjs?|msj|textos?|sms|recordatorios?|avisos?|notificaciones|alertas)";
const FILL_ES =
  "(?:me|nos|los|las|el|la|mi|mis|su|sus|tus|estos|esos|estas|de|mas|todos|por|favor|recibir|recibiendo|seguir|enviando|mandando|ya|a|con|ningun|ningunos|nada)";
const WRITE_ES = "(?:mand|envi|escrib|molest|contact|text|mensaj|acos|fastidi|jod|ching)[a-z]+";
/** As a wish or an order (subjunctive), which no report of the past looks like. */
const ORDER_ES =
  "(?:escribas?|escriban|mandes?|manden|envies?|envien|molestes?|molesten|contactes?|contacten|textees?|texteen)";
/** Not what is said of others: "you never text me back". */
const OWN = "(?<!(?:you|they|we|why|u) )";
const NOT_EN = `${OWN}(?:dont|do not|never)`;
/** "do not want to get", "don't wish to be". */
const UNWANTED = `${OWN}(?:(?:dont|do not|no longer|not|never)(?: want| wish| wanna| need)|rather not|prefer not|no longer interested in|no need(?: for| to)?)(?: ${FILL_EN})*`;

const pattern = (source: string) => new RegExp(`(?<= |^)${source}(?= |$)`);

/** Sentences in which a reasonable person sees a wish to get no more texts. */
export const SENTENCES_EN = [
  `(?:stop|quit|cease|end|halt|discontinue|cancel)(?: ${FILL_EN}){0,6} (?:contacting|spamming|bothering|harassing|annoying|bugging|blowing up my phone|sending|subscription|(?:writing|calling|phoning) (?:me|us)|${NOUNS_EN})`,
  `(?:stop|end|cancel|discontinue)(?: sending| getting| receiving)? (?:these|those|them)(?: please| now)?$`,
  `(?:turn|switch|shut) off(?: ${FILL_EN})* (?:these|those|${NOUNS_EN})`,
  `(?:turn|switch|shut) (?:these|those|them|it) off`,
  `${NOT_EN} (?:text|message|contact|send)$`,
  `${NOT_EN}(?: ever| please)*(?: (?:call|email|phone|write|ring)(?: me| us)? (?:or|and|nor))? (?:text|txt|message|msg|contact|bother|spam|disturb)(?: ${FILL_EN})* ?(?:me|us|again|anymore|number)`,
  `${NOT_EN}(?: ever| please)* send(?: ${FILL_EN})* (?:anything|${NOUNS_EN}|(?:more|anymore|these|those|them)$)`,
  `${UNWANTED} (?:texted|messaged|contacted|bothered|${NOUNS_EN})(?! (?:to|stop|stopped|have|end))`,
  `${UNWANTED} (?:(?:these|those|them)(?: anymore| any more| please| at all| now)*|(?:this|it) any ?more)$`,
  `(?:want|need|like|have|make|wish)${SOME_EN} ${NOUNS_EN}${SOME_EN} (?:stop|stopped|end|ended)`,
  `${NOUNS_EN} (?:need|have|has|must)(?: to)? (?:stop|end)`,
  `(?:didnt|did not|never)(?: ever)? (?:sign|signed|subscribe|subscribed|agree|agreed)(?: up)?(?: for| to)(?: ${FILL_EN})* (?:${NOUNS_EN}|(?:this|these)$)`,
  `(?:dont|do not|no longer|never|didnt|did not)(?: ever)? (?:consent|consented|authorize|authorise)(?:(?: ${FILL_EN})* ${NOUNS_EN}|(?: to)? (?:this|these)|(?: anymore)?$)`,
  `(?:tired of|sick of|fed up with|done with|enough of|enough with)(?: ${FILL_EN})* ${NOUNS_EN}`,
  `(?:(?:want|please|ok|okay|need|get|send|said|me) )?no more(?: ${FILL_EN})* ${NOUNS_EN}`,
  `if (?:you|u) (?:ever )?(?:text|message|contact) (?:me|us) again`,
  `leave (?:me|us) (?:alone|be)`,
  `(?:lose|forget|delete|remove|erase|block) (?:my|this) (?:phone |cell )?number`,
  `take (?:me|us|my number|this number) off(?! (?:the |your )?(?:wait|schedule|calendar|books?|appointment))`,
  `(?:take|remove|get|drop|cut|delete)(?: me| us| my number) (?:off|from|out of)${SOME_EN} (?:list|lists|system|program|${NOUNS_EN})`,
  `(?:remove|delete)(?: me| my name)(?: from (?:this|these|it))?$`,
  `(?:want|need|like|asked) to be (?:removed|unsubscribed)`,
  `unsubscribe`,
  `(?:opt|opting)(?: me)? out(?! of)`,
  `(?:opt|opting)(?: me)? out of(?: ${FILL_EN})* (?:this|these|it|program|${NOUNS_EN})`,
  `(?:revoke|withdraw|revoking|withdrawing)(?: my| all)* (?:consent|permission|authorization|authorisation)(?! (?:to|for)(?: the| my)? (?:use|post|share|show|photos?|pictures?))`,
  `(?:have|got|is|its|texting)(?: the| a)? wrong (?:number|person)$`,
  `this (?:isnt|is not|is no longer)(?: [a-z]+){1,2} (?:number|phone)$`,
  `(?:texted|replied|replying|typed|sent|wrote|i (?:keep )?(?:said|saying)) stop(?! (?:${FILL_EN} )*(?:[a-z]+ing|by|retinol|for|after|until)(?: |$))`,
].map(pattern);

export const SENTENCES_ES = [
  `(?:deja|deje|dejen|dejad|dejar|dejenme|dejeme|dejame|pare|paren|parar|para|cesen|cese|como dejo)(?: ya)? (?:de|con)(?: ${FILL_ES})* (?:${WRITE_ES}|${NOUNS_ES})`,
  `(?:stop|alto|pare|paren|parar|deten|detenga|detengan|detener|cancela|cancele|cancelen|cancelar|quiten|quite|suspendan|suspender|terminen)(?: ${FILL_ES})* (?:${NOUNS_ES}|suscripcion)`,
  `no (?:me|nos) ${ORDER_ES}`,
  `no (?:me |nos )?vuelv[a-z]+ a ${WRITE_ES}`,
  `no ${ORDER_ES}(?: ${FILL_ES})* (?:mas|${NOUNS_ES})`,
  `^(?:por favor |ya )*no (?:molestar|escribir|mandar|enviar|contactar|${ORDER_ES})(?: mas)?$`,
  `no (?:quiero|deseo|necesito|quisiera)(?: ${FILL_ES})* ${NOUNS_ES}`,
  `(?:no (?:quiero|deseo)|dejar de) recibir(?: ${FILL_ES})*$`,
  `no (?:quiero|deseo|quisiera)(?: que me)? (?:ser|sean?) (?:contactad|molestad)[oa]`,
  `no (?:quiero|deseo|autorizo) que (?:me|nos) (?:${ORDER_ES}|esten ${WRITE_ES})`,
  `(?:no (?:autorizo|consiento|acepto)(?: ${FILL_ES})* ${NOUNS_ES}|no (?:autorizo|consiento)$)`,
  `no doy(?: mi)? (?:consentimiento|permiso|autorizacion)`,
  `(?:ya no|no) (?:los|las) quiero(?: mas| ya)?$`,
  `(?:no mas|basta de|basta con|ni un)(?: ${FILL_ES})* ${NOUNS_ES}`,
  `(?:hart|cansad|aburrid)[oa]s? (?:de|con)(?: ${FILL_ES}| tantos)* (?:${NOUNS_ES}|que me ${WRITE_ES})`,
  `(?:dejame|dejeme|dejenme|dejarme) (?:en paz|tranquil[oa])`,
  `(?:dar|dame|deme|denme|darme|darse|me doy|doy) de baja`,
  `(?:quit|borr|saqu|sac|elimin)[a-z]*(?:me)? de (?:la|su|esta|tu) lista`,
  `(?:borren|borre|borra|borrar|eliminen|elimine|elimina|eliminar|quiten|quite|saquen|saque) (?:mi|este) (?:numero|telefono|celular)`,
  `(?:revoco|retiro)(?: mi)? (?:consentimiento|permiso|autorizacion)`,
  `(?:es|tiene|tienen) (?:un |el )?numero equivocado`,
  `(?:se|te|estan?) (?:equivoc[a-z]+) de (?:numero|persona|telefono|celular)`,
  `si no (?:dejan|paran) de ${WRITE_ES}`,
  `desuscrib[a-z]+`,
].map(pattern);

/** Who asks when, or whether, does not say so. */
export const ASKS =
  /^(?:(?:when|why) (?:will|do|does|did|are|is|can|should|would|no)|how (?:long|often)|what happens|should i|do i|did (?:i|you|u|they|the|my)|if i|cuando|hasta cuando|por que|que pasa|debo|tengo que|si (?:dejo|paro))(?= |$)/;

/** "Don't stop", "I do not want you to stop", right ahead of what would be a stop. */
export const NEGATED_EN =
  /(?:^| )(?:(?:dont|do not|cant|cannot|can not|wont|will not|never|not|doesnt|didnt|did not|couldnt|havent|isnt)(?: want| wanted| wish| mean| meant)?(?: you| them| it| ever| just)?(?: to)?|accident(?:al)?ly(?: hit| pressed| texted| typed| sent| wrote)?|says? (?:to )?reply stop to|(?<!(?:appreciate|great|nice|love|like|prefer|better) (?:it )?)if (?:you|u|they))$/;
/** "Why don't you stop" and "if you don't stop" want it all the same. */
export const URGES =
  /(?:^| )(?:why (?:dont|cant|wont|do not) (?:you|u)|(?:why|if) (?:you|u|they|these|this) (?:dont|do not|cant|wont))$/;
export const NEGATED_ES =
  /(?:^| )(?:(?:no|nunca|jamas)(?: [a-z]+){0,2} que|(?:no|nunca|jamas)(?: (?:me|nos|lo|los|se|quiero|deseo|quisiera|puedo))*|sin querer)$/;

/** What narrows a wish down to an hour or a number: about that, a person has to talk with them. */
export const LIMITED_EN = new RegExp(
  `^(?: (?:${FILL_EN}|${NOUNS_EN}|again))*? (?:after (?:\\d\\w*|work|hours|dark|midnight)|before (?:\\d\\w*|work|noon)|past \\d\\w*|until|till|between|during|while|when(?! i (?:already |have |just )?(?:said|told|asked|never))|at (?:night|work|\\d\\w*|midnight|all hours)|on (?:the )?(?:sun|mon|tues|wednes|thurs|fri|satur|week|holi)\\w*|in the (?:middle|morning|evening|night)|(?:so|too|this|that) (?:early|late|often|much|many)|(?:more|less) than|every (?:hour|minute))(?= |$)`,
);
export const LIMITED_ES = new RegExp(
  `^(?: (?:${FILL_ES}|${NOUNS_ES}))*? (?:tant[oa]s?|tan (?:tarde|temprano|seguido)|despues de|antes de|hasta|entre|durante|mientras|cuando|de noche|(?:por|en) la noche|(?:al|en (?:el|mi)) trabajo|de madrugada|los (?:domingos|sabados|fines)|mas de)(?= |$)`,
);

/** Emails are another channel, which this number cannot stop. */
export const EMAIL =
  /(?<= |^)(?:e ?mails?|e ?mailing|correos?)(?: (?:messages?|reminders?|notifications?|updates|list|electronicos?))?(?= |$)/g;
export const TEXTS = new RegExp(`(?<= |^)(?:${NOUNS_EN}|text|txt|${NOUNS_ES}|texte\\w+)(?= |$)`);

function listed(words: string): ReadonlySet<string> {
  return new Set(words.split(",").map((each) => each.trim()));
}
