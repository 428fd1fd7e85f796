# Lo que dice Busker en español, para España y América. Se tutea.
#
# Términos: piece = pieza (lo que se pide), track = pista (el archivo terminado), seed = semilla, prompt = prompt,
# queue = cola, library = biblioteca, steer = modificar, checkpoint = modelo, interval = intervalo,
# managers = quien puede gestionar el servidor. Comillas « ».

### Any command

error-unforeseen = Algo ha salido mal. Inténtalo de nuevo; si sigue pasando, avisa a quien administra este bot.
error-value = «{ $value }» no funciona aquí. Revisa el valor e inténtalo de nuevo.
error-forbidden = No tienes permiso para hacer esto aquí.
error-old-command = Discord todavía muestra una versión antigua de este comando. Inténtalo de nuevo en un minuto.
error-too-fast = Envías comandos demasiado rápido. Inténtalo de nuevo en { $seconds } s.
error-servers-only = Busker toca en canales de voz de servidores. Usa este comando en un servidor.
error-shutting-down = Busker se está reiniciando. Inténtalo de nuevo en un minuto.
error-for-operators = { $sentence }

### /steer

steer-answer = { $seconds ->
    [0] La música cambia a «{ $prompt }».
   *[other] La música cambiará a «{ $prompt }» en unos { $seconds } s.
}
steer-title = Modificar la música
steer-words = Cómo debe sonar a partir de ahora
steer-too-late = Esta pieza ya está compuesta del todo y no se puede modificar. Modifica la siguiente antes.
steer-enough = Esta música ya se ha modificado { $most } veces, que es el límite. Pide otra pieza, o termina la radio y empieza otra.
steer-kept = Esta pista se reproduce desde su archivo y no se puede modificar. Usa Remix.

### The page of `python -m bot try`: a channel in the browser

try-apps = Aplicaciones
try-attach = Adjuntar un archivo
try-cancel = Cancelar
try-choose = Elegir
try-commands = Comandos
try-deafen = Ensordecer
try-deafened = Ensordecido
try-faults = Cosas que fallan
try-hear = Activar el sonido
try-join = Entrar
try-leave = Salir
try-level = Nivel de sonido
try-measured = { $packets } paquetes, { $lost } perdidos, { $silent } en silencio; intervalos p99 { $p99 } ms; { $behind } ms de retraso; { $underruns } cortes; cifrado de extremo a extremo: { $encrypted }
try-members = Miembros
try-more-people = Abre esta página en otra pestaña para entrar como otra persona.
try-muted = Silenciado
try-no = no
try-number = un número
try-only-you = Solo tú puedes ver esto
try-optional = (opcional)
try-roles = Tus roles
try-say = Escribe, o pulsa / para ver los comandos
try-send = Enviar
try-servers = Servidores
try-sound = Sonido
try-spectrogram = Espectrograma de lo que oyes
try-starting = Busker está arrancando…
try-taken = Ahora estás aquí en otra pestaña.
try-thinking = Busker está pensando…
try-too-large = Este archivo es demasiado grande.
try-volume = Volumen
try-yes = sí

### /compose

compose-answer = { $before ->
    [0] Componiendo { $seconds } s de «{ $prompt }» con la semilla { $seed }.
    [one] Componiendo { $seconds } s de «{ $prompt }» con la semilla { $seed }. Sonará después de otra pieza.
   *[other] Componiendo { $seconds } s de «{ $prompt }» con la semilla { $seed }. Sonará después de otras { $before } piezas.
}
compose-stage = En un escenario, Busker tiene que pedir la palabra. La música empieza cuando un moderador acepta.
compose-radio = La radio se detiene mientras suena y vuelve cuando la cola queda vacía.

### What the model hears of a prompt

heard-as = El modelo oye «{ $prompt }».
heard-unknown = El modelo no conoce { $words }.
heard-cut = El prompt es más largo de lo que admite el modelo.
heard-nothing = El modelo no conoce ninguna de estas palabras, así que solo la semilla decide cómo suena. Descríbelo en inglés.

### /radio

radio-answer = { $before ->
    [0] La radio toca «{ $prompt }» con la semilla { $seed } hasta que la termines con /{ command-skip } o /{ command-stop }.
    [one] Después de otra pieza, la radio toca «{ $prompt }» con la semilla { $seed } hasta que la termines con /{ command-skip } o /{ command-stop }.
   *[other] Después de otras { $before } piezas, la radio toca «{ $prompt }» con la semilla { $seed } hasta que la termines con /{ command-skip } o /{ command-stop }.
}
radio-already = Ya hay una radio encendida. Modifícala con /{ command-steer } o termínala con /{ command-skip }.
radio-asleep = Nadie escucha. La radio duerme hasta que entre alguien
radio-enough-today = La radio ha terminado: quien la inició ha alcanzado el límite diario. Cualquier otra persona puede iniciar otra.
radio-too-slow = Busker compone demasiado despacio en esta máquina para una radio. Usa /{ command-compose }.
# { $clock } son minutos y segundos: 2:58.
keep-answer = Publicando los últimos { $clock } de la radio como pista.
keep-too-soon = { $seconds ->
    [one] Todavía no hay suficiente música nueva. Inténtalo de nuevo en { $seconds } s.
   *[other] Todavía no hay suficiente música nueva. Inténtalo de nuevo en { $seconds } s.
}

### What may be asked for

piece-prompt = { $characters ->
    [one] El prompt tiene un carácter legible. Necesita de { $shortest } a { $longest }.
   *[other] El prompt tiene { $characters } caracteres legibles. Necesita de { $shortest } a { $longest }.
}
piece-seconds = { $field ->
    [interval] Un intervalo de { $seconds } s está fuera de rango. Elige de { $lowest } a { $highest } s.
   *[length] Una duración de { $seconds } s está fuera de rango. Elige de { $lowest } a { $highest } s.
}
piece-seed = La semilla { $seed } está fuera de rango. Elige un número entero de 0 a { $largest }.
piece-tags = La información de este archivo sobre cómo se hizo no se puede usar.

### Where Busker may play and post

permissions-no-voice = No estás en ningún canal de voz. Únete a uno e inténtalo de nuevo.
permissions-full = { $limit ->
    [one] { $channel } está lleno ({ $limit } persona). Haz sitio para Busker e inténtalo de nuevo.
   *[other] { $channel } está lleno ({ $limit } personas). Haz sitio para Busker e inténtalo de nuevo.
}
permissions-elsewhere = Busker está tocando en { $channel }. Únete a ese canal e inténtalo de nuevo.
permissions-private = Busker está tocando en un canal que no puedes ver. Inténtalo más tarde.
permissions-no-posting = Busker no puede publicar pistas aquí. Usa un canal de texto del servidor.
permissions-missing = { $count ->
    [one] Busker necesita el permiso { $missing } en { $channel }. Un moderador puede concederlo.
   *[other] Busker necesita los permisos { $missing } en { $channel }. Un moderador puede concederlos.
}
permissions-name = { $name ->
    [attach_files] Adjuntar archivos
    [connect] Conectar
    [embed_links] Insertar enlaces
    [request_to_speak] Solicitar hablar
    [send_messages] Enviar mensajes
    [send_messages_in_threads] Enviar mensajes en hilos
    [speak] Hablar
   *[view_channel] Ver canal
}

### Who may do what

rights-voted = { $act ->
    [pause] { $name } quiere pausar la música: { $votes } de { $needed } votos. Vota con /{ command-pause }.
    [resume] { $name } quiere reanudar la música: { $votes } de { $needed } votos. Vota con /{ command-resume }.
    [stop] { $name } quiere detener la música: { $votes } de { $needed } votos. Vota con /{ command-stop }.
    [volume] { $name } quiere cambiar el volumen: { $votes } de { $needed } votos. Vota con /{ command-volume }.
    [move] { $name } quiere mover esta pieza en la cola: { $votes } de { $needed } votos. Vota con /{ command-queue } { command-queue-move }.
    [remove] { $name } quiere quitar esta pieza de la cola: { $votes } de { $needed } votos. Vota con /{ command-queue } { command-queue-remove }.
    [steer] { $name } quiere modificar la música: { $votes } de { $needed } votos. Vota con /{ command-steer } y las mismas palabras.
   *[skip] { $name } quiere saltar esta pieza: { $votes } de { $needed } votos. Vota con /{ command-skip }.
}
rights-role-needed = { $act ->
    [pause] Aquí solo pueden pausar la música los miembros con { $role } y quien pidió la pieza.
    [resume] Aquí solo pueden reanudar la música los miembros con { $role } y quien pidió la pieza.
    [stop] Aquí solo pueden detener la música los miembros con { $role } y quien pidió la pieza.
    [volume] Aquí solo pueden cambiar el volumen los miembros con { $role } y quien pidió la pieza.
    [move] Aquí solo pueden mover esta pieza en la cola los miembros con { $role } y quien la pidió.
    [remove] Aquí solo pueden quitar esta pieza de la cola los miembros con { $role } y quien la pidió.
    [steer] Aquí solo pueden modificar la pieza los miembros con { $role } y quien la pidió.
   *[skip] Aquí solo pueden saltar la pieza los miembros con { $role } y quien la pidió.
}
rights-role-unset = { $act ->
    [pause] Aquí solo puede pausar la música quien pidió la pieza. La administración del servidor puede fijar un rol de DJ con /{ command-settings }.
    [resume] Aquí solo puede reanudar la música quien pidió la pieza. La administración del servidor puede fijar un rol de DJ con /{ command-settings }.
    [stop] Aquí solo puede detener la música quien pidió la pieza. La administración del servidor puede fijar un rol de DJ con /{ command-settings }.
    [volume] Aquí solo puede cambiar el volumen quien pidió la pieza. La administración del servidor puede fijar un rol de DJ con /{ command-settings }.
    [move] Aquí solo puede mover esta pieza en la cola quien la pidió. La administración del servidor puede fijar un rol de DJ con /{ command-settings }.
    [remove] Aquí solo puede quitar esta pieza de la cola quien la pidió. La administración del servidor puede fijar un rol de DJ con /{ command-settings }.
    [steer] Aquí solo puede modificar la pieza quien la pidió. La administración del servidor puede fijar un rol de DJ con /{ command-settings }.
   *[skip] Aquí solo puede saltar la pieza quien la pidió. La administración del servidor puede fijar un rol de DJ con /{ command-settings }.
}
rights-enough-waiting = { $most ->
    [one] Ya tienes una pieza en espera o sonando, que es el límite aquí. Inténtalo de nuevo cuando haya sonado.
   *[other] Ya tienes { $most } piezas en espera o sonando, que es el límite aquí. Inténtalo de nuevo cuando haya sonado una.
}
rights-enough-today = Límite diario alcanzado: has usado { $used } de { $cap } s y esto necesita { $seconds } s. Se restablece { $again }.

moderation-blocked = No puedes pedir música en este servidor. Sus moderadores pueden decirte más.
moderation-words = Algunas de estas palabras no están permitidas aquí. Elige otras.

### What plays

playback-nothing = No suena nada. Empieza algo con /{ command-compose }.
playback-not-yet = Todavía no suena nada.
playback-not-paused = La música no está en pausa.
playback-stopped = { $forgotten ->
    [0] Detenida.
    [one] Detenida, y una pieza en espera quitada.
   *[other] Detenida, y { $forgotten } piezas en espera quitadas.
}
playback-skipped = «{ $prompt }» saltada.
playback-paused = En pausa. Continúa con /{ command-resume }.
playback-resumed = Reanudada.
playback-volume = Volumen al { $percent } %.
queue-full = { $waiting ->
    [one] La cola está llena: ya espera una pieza. Inténtalo de nuevo cuando haya sonado.
   *[other] La cola está llena: ya esperan { $waiting } piezas. Inténtalo de nuevo cuando haya sonado una.
}

### Why the music is silent, or ended

voice-waits = { $hold ->
    [alone] Nadie escucha. La música espera
    [connecting] Conectando. La música espera
    [muted] Busker está silenciado. La música espera
    [speechless] Busker no tiene permiso para hablar aquí. La música espera
   *[suppressed] Busker pidió la palabra en el escenario. La música espera
}
voice-put-out = Han desconectado a Busker del canal de voz.
voice-call-ended = Discord ha terminado la llamada.
voice-rate-limited = Discord le ha pedido a Busker que no entre en canales de voz por un rato.
voice-unencrypted = Discord indica que Busker no cifra de extremo a extremo.
voice-gone = Han borrado el canal de voz.
voice-out-of-server = Busker ya no está en este servidor.
voice-not-connected = Busker ya no está conectado a un canal de voz.
voice-failed = Algo ha fallado en la conexión de voz.
voice-lost-often = Busker perdía la conexión de voz una y otra vez.
voice-not-let-in = Discord no dejó entrar a Busker en { $channel }. Inténtalo de nuevo.
trouble-deserted = Todos salieron del canal de voz.
trouble-playing = Algo ha fallado al tocar.
trouble-composing = Algo ha fallado al componer. Inténtalo de nuevo.
trouble-writing = Algo ha fallado al guardar la pista. Pídela de nuevo.
trouble-unsaved = Busker no pudo guardar esta pista: solo está en su mensaje. Avisa a quien administra el bot de que quizá el disco esté lleno.
trouble-lost = Esta pista no se pudo guardar ni publicar. Pídela de nuevo.
trouble-kept = { $seconds ->
    [one] Discord no aceptó la pista y no se pudo guardar. Próximo intento en { $seconds } s.
   *[other] Discord no aceptó la pista y no se pudo guardar. Próximo intento en { $seconds } s.
}
trouble-too-large = La pista es demasiado grande para publicarla. Está guardada como { $file }.
trouble-posted-anyway = { $trouble } La pista se publicará de todos modos.
trouble-not-taken = Discord no aceptó la pista. Está guardada como { $file }.
trouble-tried-again = { $seconds ->
    [one] Discord no aceptó la pista. Está guardada como { $file }; próximo intento en { $seconds } s.
   *[other] Discord no aceptó la pista. Está guardada como { $file }; próximo intento en { $seconds } s.
}

### The engine

engine-closed = El motor se cerró antes de terminar esta pieza.
engine-not-running = El motor no está en marcha. Inténtalo de nuevo en un minuto.
engine-composed-already = Esta pieza ya está compuesta del todo. Modifica la siguiente.
engine-died = { $deaths ->
    [one] El motor falló al componer esta pieza. Prueba otra.
   *[other] El motor falló { $deaths } veces al componer esta pieza. Prueba otra.
}
engine-too-little-memory = No hay memoria suficiente para esta pieza. Prueba una más sencilla.
engine-does-not-fit = Una pieza de { $seconds } s no cabe en este motor. Elige otra duración.
engine-not-finite = El modelo produjo números no finitos. Prueba otra semilla; si ninguna funciona, el checkpoint está dañado o su precisión es demasiado baja.
engine-channels = { $channels ->
    [one] El modelo produce sonido de un canal. Busker toca uno o dos.
   *[other] El modelo produce sonido de { $channels } canales. Busker toca uno o dos.
}
engine-no-sound = El modelo produjo algo que no es sonido. Prueba otra semilla.

### Tracks and recordings

track-prompt = «{ $prompt }»
track-picture = { $seconds ->
    [one] Forma de onda y espectrograma de «{ $prompt }», { $seconds } segundo, semilla { $seed }. { $contour }
   *[other] Forma de onda y espectrograma de «{ $prompt }», { $seconds } segundos, semilla { $seed }. { $contour }
}
track-silent = Es silencio.
track-even = Suena más o menos igual de fuerte de principio a fin.
track-contour = Empieza { $first }, suena más fuerte { $place } y acaba { $last }.
track-loudness = { $level ->
    [loud] fuerte
    [softer] más suave
    [quiet] bajo
   *[silent] en silencio
}
track-loudest = { $place ->
    [beginning] al principio
    [second] al cabo de un rato
    [middle] en el medio
    [fourth] hacia el final
   *[end] al final
}
track-line = «{ $prompt }» · { $seconds } s · semilla { $seed }
track-radio-line = «{ $prompt }» · { $seconds } s de la radio, desde { $begin } · semilla { $seed }
track-not-saved = No se pudo guardar la pista terminada: { $why }.
track-not-ours = { $file } no es una pista de Busker.
track-gone = { $file } ya no está o ya no es una pista.
recording-too-short = { $file } dura menos de { $shortest } s. Elige un archivo más largo.
recording-gone = El sonido con el que se pidió esta pieza ya no está, o lo guardó un Busker anterior. Pide la pieza otra vez con el archivo.
recording-too-long = { $longest ->
    [one] { $file } dura más de un minuto. Elige un archivo más corto.
   *[other] { $file } dura más de { $longest } minutos. Elige un archivo más corto.
}
recording-unreadable = { $file } no se puede leer como audio. Usa FLAC, MP3, Ogg, WAV, M4A o WebM.
recording-silent = No hay audio en { $file }. Elige otro archivo.
recording-damaged = { $file } está dañado: se oye demasiado poco. Prueba otra copia u otro formato.
recording-too-much = Leer { $file } cuesta demasiado. Guárdalo en estéreo a 48 kHz o menos.

### /settings

settings-managers-only = Solo quien puede administrar este servidor puede cambiar los ajustes de Busker.
settings-too-long = Este Busker compone piezas de hasta { $longest } s. Elige una duración menor.
settings-no-role = Para que los DJ controlen la música, indica también su rol con la opción { command-settings.dj_role-name }.
settings-everybody = Todos tienen el rol { $role }. Elige otro, o { command-settings.rights-name }: { $free }.
settings-not-written = Este Busker no puede escribir { $format }. Escribe { $formats }.
settings-whole-server = Todo el mundo tiene el rol { $role }. Elige otro rol.
settings-no-limit = Para fijar los límites de un rol, indica también { command-settings.waiting-name } o { command-settings.minutes-name }.
settings-no-word = «{ $word }» no se puede bloquear. Una palabra necesita una letra, una cifra o un símbolo y como máximo { $longest } caracteres.
settings-list-full = Esta lista admite { $most } entradas. Quita alguna primero.
settings-title = Ajustes
settings-shown = Cada opción de /{ command-settings } cambia un ajuste. La opción { command-settings.reset-name } restablece uno.
settings-changed = Guardado. Vale desde ahora.
settings-label = { $option ->
    [announce] Estado del canal de voz
    [block] Miembros y roles bloqueados
    [block_words] Palabras bloqueadas
    [translate] Idioma de los prompts
    [dj_role] Rol de DJ
    [format] Formato
    [interval] Intervalo
    [length] Duración
    [minutes] Música por día
    [rights] Quién controla la música
    [role] Límites de roles
    [tracks_in] Las pistas se publican
    [volume] Volumen
   *[waiting] Piezas en la cola
}
settings-default = { $value } (por defecto)
settings-seconds = { $seconds } s
settings-automatic = automático
settings-volume = { NUMBER($share, style: "percent") }
settings-rights = { $rights ->
    [dj] miembros con el rol de DJ
    [vote] oyentes, por votación
   *[free] todos los oyentes
}
settings-no-dj-role = ninguno
settings-dj-role = { $role }
settings-posted-in = en { $channel }
settings-posted-where-asked = donde se pidieron
settings-format = { $format }
settings-formats = { $first }, luego { $then }
settings-waiting = { $pieces ->
    [0] sin límite
   *[other] { $pieces } por persona
}
settings-minutes = { $minutes ->
    [0] sin límite
   *[other] { $minutes } min por persona
}
settings-announced = muestra lo que suena
settings-not-announced = no se cambia
settings-translated = los demás idiomas se traducen al inglés
settings-not-translated = quedan como se escribieron
settings-nothing = ninguno
settings-role-quota = { $role }: { $limits }
settings-lines =
    { $first }
    { $then }
settings-blocked-words = { $listed } ({ $count })
settings-blocked = { $listed }
settings-automod = AutoMod
settings-automod-read = { $rules ->
    [0] sin reglas de palabras clave que bloqueen
    [one] se aplica { $rules } regla de palabras clave
   *[other] se aplican { $rules } reglas de palabras clave
}
settings-automod-patterns = { $rules ->
    [one] se aplica { $rules } regla de palabras clave, pero Busker no puede leer { $patterns } de sus expresiones regulares
   *[other] se aplican { $rules } reglas de palabras clave, pero Busker no puede leer { $patterns } de sus expresiones regulares
}
settings-automod-unread = no se aplica: Busker necesita el permiso Gestionar servidor para leerlo

### /library

library-title = Biblioteca
library-nothing-made = Todavía no hay pistas que puedas ver aquí. Crea una con /{ command-compose }.
library-nothing-found = No hay pistas que coincidan. Prueba con menos palabras.
library-no-more = No hay pistas más antiguas.
library-line = { $number }. «{ $prompt }» · { $seconds } s · { $member } · { $when }
library-choice = { $prompt } · { $seconds } s · semilla { $seed }
library-placeholder = Elige una pista
library-facts = { $seconds } s · semilla { $seed } · { $checkpoint }
library-made-for = Hecha para { $member } { $when }.
library-act = { $act ->
    [fetch] Descargar
    [forget] Borrar
   *[play] Tocar de nuevo
}
library-open = Abrir su mensaje
library-older = Más antiguas
library-gone = Esta pista ya no está en la biblioteca.
library-playing = { $before ->
    [0] «{ $prompt }» suena de nuevo.
    [one] «{ $prompt }» suena de nuevo después de otra pieza.
   *[other] «{ $prompt }» suena de nuevo después de otras { $before } piezas.
}
library-making = { $before ->
    [0] El archivo de «{ $prompt }» ya no está, así que Busker la compone de nuevo. Sonará igual.
    [one] El archivo de «{ $prompt }» ya no está, así que Busker la compone de nuevo después de otra pieza. Sonará igual.
   *[other] El archivo de «{ $prompt }» ya no está, así que Busker la compone de nuevo después de otras { $before } piezas. Sonará igual.
}
library-making-other = { $before ->
    [0] El archivo de «{ $prompt }» ya no está, así que Busker la compone de nuevo. Sonará distinta: se hizo con { $then } y Busker usa ahora { $now }.
    [one] El archivo de «{ $prompt }» ya no está, así que Busker la compone de nuevo después de otra pieza. Sonará distinta: se hizo con { $then } y Busker usa ahora { $now }.
   *[other] El archivo de «{ $prompt }» ya no está, así que Busker la compone de nuevo después de otras { $before } piezas. Sonará distinta: se hizo con { $then } y Busker usa ahora { $now }.
}
library-lost = El archivo ya no está y se hizo a partir de un audio que Busker no guarda, así que no se puede volver a hacer.
library-radio-lost = El archivo ya no está, y un fragmento de radio no se puede volver a hacer.
library-posted-there = Puedes descargarla aquí: { $link }.
library-nowhere = El archivo ya no está y nunca se publicó. «Tocar de nuevo» la compone otra vez.
library-not-yours = Solo quien pidió una pista, o quien administra el servidor, puede borrarla.
# El mensaje es aquel en el que Busker publicó la pista.
library-forgotten = { $message ->
    [deleted] Borrada, con su archivo y su mensaje.
    [kept] Borrada, con su archivo. Su mensaje no se pudo borrar: { $link }
    [soon] Borrada, con su archivo. Su mensaje se borrará pronto.
   *[none] Borrada, con su archivo.
}

### /privacy

privacy-tracks = { $count ->
    [one] { $count } pista
   *[other] { $count } pistas
}
privacy-remembered = Busker guarda { $tracks } que pediste, en todos los servidores, con prompts, semillas y archivos. { privacy-for-now } { privacy-what-goes }
privacy-nothing = Busker no guarda ninguna pista tuya. { privacy-for-now }
privacy-for-now = También conoce tus peticiones sin terminar, las tarjetas que muestran una pieza tuya, si los gestores de un servidor te bloquearon allí y, donde hay un límite diario, cuánta música pediste hoy. No guarda nada más sobre ti.
privacy-what-goes = El botón también borra los archivos y los mensajes de Busker con estas pistas, donde aún tenga acceso. Lo que suena o espera sigue; cuando termine, también podrás borrarlo.
privacy-delete = Borrar estas pistas
privacy-deleted = Se han borrado { $tracks } con sus archivos.
privacy-erasing = { $messages ->
    [one] Busker está borrando su mensaje con ellas.
   *[other] Busker está borrando sus { $messages } mensajes con ellas, lo que tarda hasta { $minutes } min.
}
privacy-erased = { $messages ->
    [0] No se pudo borrar ningún mensaje de Busker con ellas.
    [one] También se borró un mensaje de Busker.
   *[other] También se borraron { $messages } mensajes de Busker.
}
# { $links } son las direcciones de esos mensajes, hasta diez.
privacy-kept = { $messages ->
    [one] Un mensaje no se pudo borrar. Quien puede gestionar mensajes puede hacerlo: { $links }
   *[other] { $messages } mensajes no se pudieron borrar. Quien puede gestionar mensajes puede hacerlo: { $links }
}

### /about and /help

about-busker = Busker compone música mientras la escuchas.
about-model = Modelo
about-made-on = { $checkpoint } ({ $revision }) en { $device }
about-licence = Licencia del modelo
about-speed = Velocidad
about-times = { $listeners ->
    [one] { NUMBER($speed, minimumFractionDigits: 1, maximumFractionDigits: 1) } veces el tiempo real; { $listeners } pieza a la vez
   *[other] { NUMBER($speed, minimumFractionDigits: 1, maximumFractionDigits: 1) } veces el tiempo real; { $listeners } piezas a la vez
}
about-version = Versión
about-no-version = no instalado como paquete
about-permissions = Necesita { $needed }, nada más.
about-invite = Invitar a Busker
help-title = Cómo empezar
help-text =
    Únete a un canal de voz y escribe { $compose } con una descripción en español o inglés: estilo, instrumentos, ambiente, tempo. La música empieza mientras se compone, y la pista terminada se publica.

    { $compose } `{ command-compose.prompt-name }: { $first }`
    { $compose } `{ command-compose.prompt-name }: { $second }` `{ command-compose.length-name }: 10` `{ command-compose.seed-name }: 7` da siempre la misma música
    { $compose } con `{ command-compose.melody-name }:` o `{ command-compose.continued-name }:` toma un archivo de audio; o clic derecho en un mensaje de voz y Aplicaciones
    { $steer } modifica la música mientras suena
    { $radio } suena sin fin mientras alguien escucha; puedes guardar los últimos minutos
    { $queue } muestra lo que sigue · { $skip } { $pause } { $resume } { $stop } { $volume } controlan la música
    { $library } encuentra pistas para volver a oírlas · { $settings } es para la administración
    { $privacy } muestra y borra lo que Busker guarda sobre ti · { $about } muestra el modelo

    O prueba una de estas:

### /queue

queue-not-waiting = Esa pieza ya no está en la cola. Elige una de la lista o escribe su posición.
queue-title = Cola
queue-nothing-waits = Nada espera.
queue-radio = radio
queue-removed = «{ $prompt }» ya no está en la cola.
queue-moved = «{ $prompt }» está ahora en la posición { $place } de la cola.

### The presence, in English for everybody

presence-idle = /{ command-compose } hace música
presence-playing = { $channels ->
    [one] Toca en un canal de voz
   *[other] Toca en { $channels } canales de voz
}

### Recordings that members bring

melody-unfollowed = «{ $checkpoint }» no puede seguir una melodía. Un checkpoint de melodía como facebook/musicgen-melody puede; todos pueden continuar un audio.
recording-broken = { $name } no se puede leer como audio. Prueba otro formato.
recording-large = { $name } tiene { $size } MiB. El límite es de { $most } MiB.
recording-line-full = Hay demasiados archivos de este servidor en espera. Inténtalo de nuevo en un minuto.
recording-none = No hay audio en este mensaje. Elige uno con un mensaje de voz o un archivo de audio.
recording-one-at-a-time = Busker todavía está leyendo otro archivo tuyo. Inténtalo de nuevo cuando haya respuesta.
recording-soundless = { $name } no es audio. Usa un mensaje de voz o un archivo de audio.
recording-title-continue = { command-continue-this }
recording-title-melody = { command-compose-on-this-melody }
recording-unfetched = Discord no entregó { $name }. Publícalo otra vez e inténtalo de nuevo.
recording-unkept = No se pudo guardar { $name }. Inténtalo de nuevo; si sigue pasando, avisa a quien administra este bot.
recording-words = Cómo debe sonar

### The card

card-stopped = Detenida
card-played = Tocada
card-ended-early = Terminó antes de tiempo
card-paused = En pausa
card-holding = { $why }
card-waiting = En la cola
card-playing = Sonando
card-composing = Componiendo
card-composing-for = Componiendo · primer sonido en unos { $seconds } s
card-facts = { $seconds } s · semilla { $seed } · para { $name }
card-line = «{ $prompt }» · { $seconds } s · semilla { $seed }
card-radio-line = «{ $prompt }» · radio · semilla { $seed }
card-private = Una pieza pedida en un canal privado
card-radio-facts = Radio · semilla { $seed } · para { $name }
card-radio-heard = { $clock } de música
card-bar = { $what ->
    [made] { $bar } { $seconds } de { $total } s compuestos
   *[played] { $bar } { $seconds } de { $total } s reproducidos
}
card-trouble = **Problema:** { $trouble }
card-trouble-of = **Problema** con «{ $prompt }»: { $trouble }
card-follows = **A continuación**
card-place = { $place }. { $piece }
card-more = { $more ->
    [one] … y una más
   *[other] … y { $more } más
}
card-button = { $act ->
    [pause] Pausa
    [resume] Reanudar
    [skip] Saltar
    [stop] Detener
    [steer] Modificar
    [keep] Guardar
    [again] Otra vez
    [remix] Remix
   *[extend] Alargar
}

### After a restart

restart-forgot = { $pieces ->
    [one] Busker se reinició y descartó una pieza pedida.
   *[other] Busker se reinició y descartó { $pieces } piezas pedidas.
}

### Again, Remix, Extend

button-over = Esta pieza ya no suena. Usa los botones de la tarjeta más reciente.
button-gone = Esta pieza ha terminado y su pista no está en la biblioteca. Crea otra con /{ command-compose }.
remake-not-mine = Esto no es una pista de Busker. Elige un mensaje en el que Busker publicó una.
remake-slow = Discord tarda demasiado en entregar la pista. Inténtalo de nuevo.
remake-again = { $before ->
    [0] «{ $prompt }» suena de nuevo.
    [one] «{ $prompt }» suena de nuevo después de otra pieza.
   *[other] «{ $prompt }» suena de nuevo después de otras { $before } piezas.
}
remix-title = Remix
remix-words = Cómo debe sonar
remix-seed = Semilla, un entero; vacío: al azar
remix-no-seed = «{ $typed }» no es una semilla. Elige un número entero de 0 a { $largest }.
extend-title = Alargar
extend-seconds = Segundos que añadir, de { $least } a { $most }
extend-no-number = «{ $typed }» no es un número de segundos. Prueba con 20.
extend-unfinished = Esta pieza todavía se está componiendo. Podrás alargarla cuando se publique su pista.
extend-gone = El archivo de esta pista ya no está aquí. Usa el botón Alargar del mensaje con la pista.
extend-long = Esta pista es demasiado larga para alargarla. El límite es de { $most } s.
extend-answer = { $before ->
    [0] «{ $prompt }» se alarga { $seconds } s, hasta { $total } s, con la semilla { $seed }.
    [one] «{ $prompt }» se alarga { $seconds } s, hasta { $total } s, con la semilla { $seed }. Sonará después de otra pieza.
   *[other] «{ $prompt }» se alarga { $seconds } s, hasta { $total } s, con la semilla { $seed }. Sonará después de otras { $before } piezas.
}

### Commands in the menu of a message (right click, Apps): up to 32 characters

command-again = Otra vez
command-compose-on-this-melody = Componer sobre esta melodía
command-continue-this = Continuar esto
command-extend = Alargar
command-remix = Remix

### Commands as Discord's menus show them: names, options, choices and what they are for

command-choice = { $choice ->
    [announce] { command-settings.announce-name }
    [block] { command-settings.block-name }
    [block_words] { command-settings.block_words-name }
    [translate] { command-settings.translate-name }
    [dj] dj
    [dj_role] { command-settings.dj_role-name }
    [everything] todo
    [format] { command-settings.format-name }
    [free] libre
    [interval] { command-settings.interval-name }
    [length] { command-settings.length-name }
    [minutes] { command-settings.minutes-name }
    [rights] { command-settings.rights-name }
    [role] { command-settings.role-name }
    [tracks_in] { command-settings.tracks_in-name }
    [volume] { command-settings.volume-name }
    [vote] votación
    [waiting] { command-settings.waiting-name }
   *[other] { $choice }
}
command-compose = componer
    .description = Compone música a partir de tu descripción y la toca mientras se compone
    .prompt-name = prompt
    .prompt = Cómo debe sonar, en español o inglés: estilo, instrumentos, ambiente, tempo
    .length-name = duración
    .length = Segundos de música, 10 como mínimo; si falta, lo habitual del servidor
    .interval-name = intervalo
    .interval = Segundos de música entre dos fragmentos, de 0,5 a 2,5; si falta, automático
    .seed-name = semilla
    .seed = El mismo prompt y semilla dan la misma música; si falta, al azar
    .melody-name = melodía
    .melody = Un archivo de audio cuya melodía seguir; solo algunos modelos pueden
    .continued-name = continuar
    .continued = Un archivo de audio que continuar: la música empieza donde termina
command-radio = radio
    .description = Toca música sin fin mientras alguien escucha
    .prompt-name = { command-compose.prompt-name }
    .prompt = { command-compose.prompt }
    .seed-name = { command-compose.seed-name }
    .seed = { command-compose.seed }
command-stop = detener
    .description = Detiene la música y vacía la cola
command-skip = saltar
    .description = Pasa a la siguiente pieza
command-steer = modificar
    .description = Modifica la música mientras suena
    .words-name = palabras
    .words = Cómo debe sonar a partir de ahora
    .blend-name = transición
    .blend = Segundos de transición a las nuevas palabras, de 0 a 10; si falta, 2
command-pause = pausa
    .description = Pausa la música; la composición sigue
command-resume = reanudar
    .description = Reanuda la música en pausa
command-queue = cola
    .description = Muestra y cambia la cola
command-queue-show = ver
    .description = Muestra lo que suena y lo que sigue
command-queue-move = mover
    .description = Mueve una pieza en espera
    .piece-name = pieza
    .piece = Una pieza en espera, o su posición
    .place-name = puesto
    .place = Nueva posición: 1 suena a continuación
command-queue-remove = quitar
    .description = Quita una pieza en espera
    .piece-name = pieza
    .piece = Una pieza en espera, o su posición
command-nowplaying = sonando
    .description = Muestra lo que suena, y cuánto está compuesto y reproducido
command-volume = volumen
    .description = Cambia el volumen en el canal; las pistas publicadas mantienen su nivel
    .percent-name = porcentaje
    .percent = De 0 a 100 (el más alto)
command-settings = ajustes
    .description = Ajustes de este servidor: duración, volumen, control, límites y más
    .length-name = duración
    .length = Duración predeterminada en segundos, 10 como mínimo
    .interval-name = intervalo
    .interval = Segundos de música entre dos fragmentos, de 0,5 a 2,5
    .volume-name = volumen
    .volume = Volumen al empezar, de 0 a 100 por ciento
    .rights-name = derechos
    .rights = Quién puede saltar, detener y pausar, además de solicitantes y administración
    .dj_role-name = rol_dj
    .dj_role = El rol que controla la música con derechos: dj
    .tracks_in-name = pistas_en
    .tracks_in = El canal de texto donde se publican las pistas terminadas
    .format-name = formato
    .format = Formato de archivo de las pistas, si el archivo cabe
    .waiting-name = espera
    .waiting = Piezas por persona en espera o sonando; 0 es sin límite
    .minutes-name = minutos
    .minutes = Minutos de música por persona y día; 0 es sin límite
    .role-name = rol
    .role = El rol al que se aplican los límites; si se omite, a todo el mundo
    .block_words-name = bloquear_palabras
    .block_words = Palabras que bloquear, con comas; bad* *bad *bad* bloquea también las más largas
    .allow_words-name = permitir_palabras
    .allow_words = Palabras bloqueadas que permitir de nuevo, con comas
    .block-name = bloquear
    .block = Un miembro o rol que ya no puede pedir música
    .allow-name = permitir
    .allow = Un miembro o rol bloqueado que puede volver a pedir música
    .announce-name = anunciar
    .announce = Muestra lo que suena en el estado del canal de voz
    .translate-name = traducir
    .translate = Traduce al inglés los prompts en otros idiomas
    .reset-name = restablecer
    .reset = Restablece un ajuste, o todos
command-library = biblioteca
    .description = Encuentra las pistas de aquí: tocar de nuevo, descargar, borrar
    .search-name = buscar
    .search = Palabras del prompt; vacío muestra las más recientes
    .by-name = de
    .by = Solo las pistas que pidió esta persona
command-privacy = privacidad
    .description = Muestra lo que Busker guarda sobre ti, y lo borra
command-about = acerca
    .description = Acerca de Busker: modelo, velocidad e invitación
command-help = ayuda
    .description = Cómo empezar, con ejemplos para pulsar
