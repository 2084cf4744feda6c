/** Texts of patients who want no more texts. */
export const STOPS = `
  STOP
  stop
  Stop.
  STOP!!!
  "Stop"
  S T O P
  S.T.O.P.
  stop stop STOP
  Stop please
  Please stop.
  STOP 🛑
  STOPALL
  stop all
  QUIT
  End
  REVOKE
  OPT OUT
  OptOut
  opt-out
  Opt me out please
  CANCEL
  Cancel, please
  unsubscribe
  UNSUBSCRIBE ME
  how do i unsubscribe?
  I want to opt out of these messages
  Stop. Who is this?
  Who is this? STOP
  please stop texting me
  Can you stop texting me
  Why don't you stop texting me
  pls stop sending me these messages
  Stop the texts!
  stop all the reminders
  cancel my messages
  leave me alone
  Leave me alone!!
  no more messages
  No more texts please
  I want no more messages from you
  don't text me again
  Do not contact me anymore
  please don’t message me
  Dont send me any more texts
  I don't want these messages anymore
  I do not wish to receive any more texts
  I don’t want to be texted
  i never signed up for this
  take me off your list
  Remove me
  remove my number
  lose my number
  I revoke my consent
  I withdraw my consent to these texts
  Wrong number
  You have the wrong number
  I'm so tired of these messages
  My appointment was great but please stop texting me
  ALTO
  ¡Alto!
  PARAR
  Parar por favor
  BAJA
  baja por favor
  DETENER
  Cancelar
  Basta
  No más
  no mas mensajes
  No más mensajes, por favor
  deja de mandarme mensajes
  Dejen de escribirme
  DEJE DE MOLESTARME
  por favor dejen de enviarme mensajes
  no me escriban mas
  No me manden más mensajes
  ya no me envíen nada
  No quiero recibir más mensajes
  ya no quiero mensajes
  No quiero que me escriban
  Déjenme en paz
  quiero darme de baja
  denme de baja
  Quítenme de la lista
  borren mi número
  revoco mi consentimiento
  Número equivocado
  cancelen los recordatorios
  Can you please stop
  could you stop please?
  I said STOP
  I told you to stop
  please discontinue
  How can I stop these?
  how do i turn these off
  Turn off notifications
  I'd like to stop getting these
  stop calling me
  do not text
  No molesten
  quiero dejar de recibir mensajes
  Don't call or text me
  Do not text or call me
  STOP Ana
  STOP - Ana
  Stop — Ana
  STOP EVERYTHING
  OMG STOP
  omg just stop
  no thanks stop
  stopppp
  STOOOOP
  I've asked you to stop
  I have already asked you people to stop.
  I already said stop
  We told you to stop
  I want these texts to stop
  please make the texts stop
  These messages need to stop.
  I don't want these
  I don’t want these anymore 😡
  cancel my subscription
  don't send me any more
  stop texing me
  stop textng me please
  Stop mesages
  I do not consent
  I don't consent to these messages
  I never consented to this
  Stop the texts and emails
  STOP emailing and texting me
  Why don't you stop texting me?!
  If you don't stop texting me I'll report you
  Are you deaf? STOP
  Stop. I already told your receptionist twice that I do not want this!!
  Can you please stop, thanks
  stop texting me at once
  stop texting me on this number
  please stop texting me at all
  I replied STOP yesterday and I still get these
  Hi, this is Ana from Tuesday. My skin is doing well, but I would like you to stop messaging me. Thank you
  it would be great if you stop texting me
  this is no longer Ana's number
  🛑
  🛑🛑 please
  𝐒𝐓𝐎𝐏
  ＳＴＯＰ
  stop bothering me w/ this
  No texts please
  STOP?
  cancel
  i want out
  Who’s this?? wrong number
  is it normal that it peels? Also please stop texting me, call me
  Cancele mi suscripción
  ALTO A LOS MENSAJES
  stop mensajes
  Estoy harta de estos mensajes
  estoy cansado de tantos mensajes
  No deseo ser contactada
  No quiero ser molestado
  Se equivocó de número
  están equivocados de teléfono
  quítenme
  Sáquenme por favor
  ya no los quiero
  Ya no los quiero!!!
  Deténganse
  no autorizo mensajes
  No autorizo que me manden textos
  no doy mi consentimiento
  por favor STOP
  Por favor, deje de enviarme mensages
  DEJEN DE TEXTEARME
  ¿Pueden dejar de escribirme?
  ¿cómo dejo de recibir estos mensajes?
  Hola, muchas gracias por todo, pero ya no me manden mensajes. Saludos
  si no dejan de escribirme los denuncio
  no me interesa
  STOP por favor 🙏
  paren con los mensajitos
  no soy Ana, número equivocado
  Please quit sending me these reminders, I know what to do
  plz no more txts
  Stop txting my phone
  Enough with the messages already
  get me off this list
  Take me off please
  U need to stop
  you have to stop texting me
  I don't need these
  thank you but I do not need any more reminders
  no longer interested in these texts
  I am going to block this number
  Stop!!!! I have asked 3 times
  I keep texting stop
  I keep saying STOP
  please end these
  Remove me from this
  Delete me
  do not disturb
  Stop spamming
  Who is this stop texting me
  Stop it now
  STOP NOW PLEASE
  Stop sending
  stop messaging
  Not interested, thanks
  I'd rather not get these
  I would rather not receive texts
  I prefer not to get texts
  I no longer want to receive messages
  No need to text me anymore
  no need to keep texting
  You can stop texting me now
  You can stop now
  you can stop sending these
  Feel free to stop the texts
  I think I'm good, you can stop the messages now
  I'm healed, no need for more texts
  Please cancel the reminders
  cancel reminders
  Cancel texts
  Cancel all messages
  turn these off
  unsub
  Unsubscribe from all
  opt-out please
  OPTOUT
  I'm opting out
  i opt out
  I want to be removed
  please remove
  remove my name
  Take my number off your system
  lose this number
  STOP texting me about this
  stop texting me after I told you not to
  stop texting me when I already said no
  I will sue you if you text me again
  Do NOT text again
  never text me again
  never contact me
  don't message me
  dont msg me
  wrong person
  you've got the wrong person
  Texts off
  Please discontinue these reminders
  end
  END PLEASE
  End texts
  quit
  Quit it
  dejen de joder
  déjeme en paz
  No me contacten
  No me vuelvan a escribir
  Por favor no me escriban
  por favor, quiten mi número
  Elimíneme de su lista
  quiero que dejen de mandarme mensajes
  Quiero que paren los mensajes
  Que dejen de escribirme
  No quiero recibir nada
  no quiero recibir mas
  No quiero que me manden mensajes
  no quiero más mensajes
  suspendan los mensajes
  Ya párenle
  ya párale
  ya basta de mensajes
  BASTA!
  ya no manden
  no necesito los recordatorios
  Cancelar suscripcion
  cancelar
  Deseo cancelar los avisos
  me pueden dar de baja
  deme de baja por favor
  darme de baja
  baja
  Quiero la baja
  no escriban
  ni un mensaje más
  se equivoca de persona
  dejar de recibir
  Sorry wrong number
  Sorry, wrong number
  Remove me please
  un subscribe
  Número incorrecto
  Perdón, número incorrecto
`;
