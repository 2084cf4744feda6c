import { REPLIES } from "./replyTexts.ts";
import { STOPS } from "./stopTexts.ts";

/** Texts as patients write them, by how they are to be read. `+` is a stop and an alarm in one. */
export const TEXTS = {
  stop: STOPS,
  reply: REPLIES,
  start: `
    START
    Start!
    unstop
    resume
    restart please
    Iniciar
    REANUDAR
    alta
    START 🙂
    Can you start texting me again?
    start the texts again
    Sorry, start the texts again please
    por favor reanudar
  `,
  help: `
    HELP
    help?
    Info
    AYUDA
    ayuda por favor
    Información
    HELP!!!
    ¿Ayuda?
  `,
  alarm: `
    I have a blister on my cheek
    There are BLISTERS
    it is blistering
    some pus is coming out
    I have a fever
    no fever, just wondering
    the pain is really severe
    severe pain since last night
    I'm in so much pain
    I am bleeding
    the bleeding won't stop
    it won't stop bleeding, please call me
    It bled all night
    the redness is spreading
    Spreading redness on my neck
    I can't see out of my left eye
    I can’t see well
    I think I'm having an allergic reaction
    trouble breathing
    I'm having trouble breathing
    I can't breathe
    My throat is swollen
    it looks infected
    I think I have an infection?
    the ER? should I go to the emergency room
    Help, I am bleeding
    Tengo una ampolla
    me salieron ampollas
    me sale pus
    tengo fiebre
    Tengo mucha fiebre y escalofrios
    sin fiebre, pero me duele mucho
    Me duele muchísimo
    Tengo un dolor muy fuerte
    estoy sangrando
    no deja de sangrar
    no para de salir sangre
    el enrojecimiento se extiende
    no puedo respirar
    Me cuesta respirar
    NO VEO BIEN
    reacción alérgica
    creo que está infectado
    tengo la garganta hinchada
    My tongue is swelling
    my lips are swelling
    my lip is swollen
    My face is swelling up
    my face swelled up
    My eyelids are swollen
    one eyelid is swelling shut
    I can not breathe
    i cant breath
    my chest hurts
    pain in my chest
    My chest feels tight
    my face is numb
    half of my face went numb
    it hurts so much
    IT HURTS SO BAD
    Throat: swollen. Pain, severe
    Pain. Severe.
    Swollen!! My eyes
    I can't swallow
    my throat feels tight
    having problems breathing
    OMG my lips are SO swollen 😭😭
    there’s yellow discharge
    I have a feverrrr
    is it ok to take my allergy pills, I broke out in hives
    double vision since this morning
    se me hinchó la cara
    se me hincho la lengua
    se me hincharon los labios
    tengo los labios hinchados
    Tengo el párpado hinchado
    me estoy ahogando
    ME AHOGO
    me duele el pecho
    Siento presión en el pecho
    tengo alergia
    me dio una alergia
    vista borrosa
    tengo la vista muy borrosa
    Fiebre: 39. Dolor, fuerte
    no puedo tragar
    tengo la cara dormida
    me sale líquido amarillo
    Help I can't breathe, fever
    don't stop texting me but I have chills
  `,
  "alarm+": `
    I have blisters. Stop texting me
    STOP. I am bleeding!
    deja de mandarme mensajes, tengo fiebre
    severe pain. leave me alone
    STOP!! my face is swelling up
    stop texting me and call me, I can not breathe
    ALTO. se me hinchó la cara
    no me escriban más, tengo mucha fiebre
  `,
} as const;
