# O que o Busker diz em português do Brasil. Trata por você.
#
# Termos: piece = peça (o que se pede), track = faixa (o arquivo pronto), seed = semente, prompt = prompt,
# queue = fila, library = biblioteca, steer = redirecionar, checkpoint = modelo, interval = intervalo,
# managers = quem pode gerenciar o servidor. Aspas “ ”.

### Any command

error-unforeseen = Algo deu errado do lado do Busker; está no log. Tente de novo.
error-value = “{ $value }” não serve aqui; confira o valor e peça de novo.
error-forbidden = Você não pode fazer isso aqui.
error-old-command = O Discord ainda mostra uma forma antiga deste comando; tente de novo em um minuto.
error-servers-only = O Busker toca em canais de voz de servidores; peça lá.
error-shutting-down = O Busker está sendo desligado; peça de novo em um minuto.
error-for-operators = { $sentence }

### /steer

steer-answer = { $seconds ->
    [0] “{ $prompt }” assume.
   *[other] “{ $prompt }” assume; dá para ouvir em cerca de { $seconds } s.
}
steer-title = Redirecionar
steer-words = Como deve soar a partir de agora
steer-too-late = Esta peça já está toda composta, então palavras novas chegam tarde; redirecione a próxima mais cedo.
steer-kept = Esta faixa já estava pronta e só toca de novo, então palavras novas não podem mudá-la.

### /compose

compose-answer = { $before ->
    [0] Compondo { $seconds } s de “{ $prompt }” com a semente { $seed }.
    [one] Compondo { $seconds } s de “{ $prompt }” com a semente { $seed }; toca depois de outra peça.
   *[other] Compondo { $seconds } s de “{ $prompt }” com a semente { $seed }; toca depois de outras { $before }.
}
compose-stage = Em um palco, o Busker pede a palavra primeiro; até a moderação liberar, a música espera.
compose-radio = A rádio abre espaço e volta quando nada mais estiver esperando.

### /radio

radio-answer = { $before ->
    [0] A rádio toca “{ $prompt }” com a semente { $seed } até alguém encerrá-la com /{ command-skip } ou /{ command-stop }.
    [one] Depois de outra peça, a rádio toca “{ $prompt }” com a semente { $seed } até alguém encerrá-la com /{ command-skip } ou /{ command-stop }.
   *[other] Depois de outras { $before } peças, a rádio toca “{ $prompt }” com a semente { $seed } até alguém encerrá-la com /{ command-skip } ou /{ command-stop }.
}
radio-already = Já há uma rádio no ar aqui; /{ command-steer } dá outras palavras a ela, /{ command-skip } a encerra.
radio-asleep = Ninguém está ouvindo; a rádio dorme até alguém chegar
radio-enough-today = Quem pediu a rádio já teve toda a música que uma pessoa pode ter aqui por dia; qualquer outra pessoa pode começar outra.
radio-too-slow = O Busker compõe devagar demais aqui para uma música sem fim; /{ command-compose } faz peças que têm fim.
# { $clock } são minutos e segundos: 2:58.
keep-answer = Os últimos { $clock } minutos da rádio serão postados como faixa em instantes.
keep-too-soon = { $seconds ->
    [one] Ainda há pouca coisa nova para guardar; tente de novo quando mais { $seconds } s tiver tocado.
   *[other] Ainda há pouca coisa nova para guardar; tente de novo quando mais { $seconds } s tiverem tocado.
}

### What may be asked for

piece-prompt = { $signs ->
    [one] O prompt tem { $signs } caractere legível; precisa de { $shortest } a { $longest }.
   *[other] O prompt tem { $signs } caracteres legíveis; precisa de { $shortest } a { $longest }.
}
piece-seconds = { $field ->
    [interval] O intervalo de { $seconds } s não é válido; serve de { $lowest } a { $highest } s.
   *[length] A duração de { $seconds } s não é válida; serve de { $lowest } a { $highest } s.
}
piece-seed = A semente { $seed } não é válida; serve qualquer número inteiro de 0 a { $largest }.
piece-tags = O que este arquivo diz sobre como foi feito não pode ser usado.

### Where Busker may play and post

permissions-no-voice = Você não está em nenhum canal de voz; entre em um e peça de novo.
permissions-full = { $limit ->
    [one] { $channel } está cheio ({ $limit } pessoa); abra espaço e peça de novo.
   *[other] { $channel } está cheio ({ $limit } pessoas); abra espaço e peça de novo.
}
permissions-elsewhere = O Busker está tocando em { $channel }; entre lá e peça de novo.
permissions-no-posting = O Busker não pode postar faixas aqui; peça em um canal de texto do servidor.
permissions-missing = { $count ->
    [one] Em { $channel } falta ao Busker a permissão { $missing }; a moderação pode concedê-la.
   *[other] Em { $channel } faltam ao Busker as permissões { $missing }; a moderação pode concedê-las.
}
permissions-name = { $name ->
    [attach_files] Anexar arquivos
    [connect] Conectar
    [embed_links] Inserir links
    [request_to_speak] Pedir para falar
    [send_messages] Enviar mensagens
    [send_messages_in_threads] Enviar mensagens em tópicos
    [speak] Falar
   *[view_channel] Ver canal
}

### Who may do what

rights-voted = { $act ->
    [pause] { $name } quer pausar a música: { $votes } de { $needed } votos. Quem ouve vota com /{ command-pause }.
    [resume] { $name } quer continuar a música: { $votes } de { $needed } votos. Quem ouve vota com /{ command-resume }.
    [stop] { $name } quer parar a música: { $votes } de { $needed } votos. Quem ouve vota com /{ command-stop }.
    [volume] { $name } quer mudar o volume: { $votes } de { $needed } votos. Quem ouve vota com /{ command-volume }.
    [move] { $name } quer mover isto na fila: { $votes } de { $needed } votos. Quem ouve vota com /{ command-queue } { command-queue-move }.
    [remove] { $name } quer tirar isto da fila: { $votes } de { $needed } votos. Quem ouve vota com /{ command-queue } { command-queue-remove }.
    [steer] { $name } quer redirecionar a música: { $votes } de { $needed } votos. Quem ouve vota com /{ command-steer } e as mesmas palavras.
   *[skip] { $name } quer pular isto: { $votes } de { $needed } votos. Quem ouve vota com /{ command-skip }.
}
rights-role-needed = { $act ->
    [pause] Só quem tem { $role } ou pediu a peça pode pausar a música aqui.
    [resume] Só quem tem { $role } ou pediu a peça pode continuar a música aqui.
    [stop] Só quem tem { $role } ou pediu a peça pode parar a música aqui.
    [volume] Só quem tem { $role } ou pediu a peça pode mudar o volume aqui.
    [move] Só quem tem { $role } ou pediu a peça pode movê-la na fila aqui.
    [remove] Só quem tem { $role } ou pediu a peça pode tirá-la da fila aqui.
    [steer] Só quem tem { $role } ou pediu a peça pode redirecioná-la aqui.
   *[skip] Só quem tem { $role } ou pediu a peça pode pulá-la aqui.
}
rights-role-unset = { $act ->
    [pause] Só quem pediu a peça pode pausar a música aqui; quem gerencia o servidor pode definir um cargo de DJ com /{ command-settings }.
    [resume] Só quem pediu a peça pode continuar a música aqui; quem gerencia o servidor pode definir um cargo de DJ com /{ command-settings }.
    [stop] Só quem pediu a peça pode parar a música aqui; quem gerencia o servidor pode definir um cargo de DJ com /{ command-settings }.
    [volume] Só quem pediu a peça pode mudar o volume aqui; quem gerencia o servidor pode definir um cargo de DJ com /{ command-settings }.
    [move] Só quem pediu a peça pode movê-la na fila aqui; quem gerencia o servidor pode definir um cargo de DJ com /{ command-settings }.
    [remove] Só quem pediu a peça pode tirá-la da fila aqui; quem gerencia o servidor pode definir um cargo de DJ com /{ command-settings }.
    [steer] Só quem pediu a peça pode redirecioná-la aqui; quem gerencia o servidor pode definir um cargo de DJ com /{ command-settings }.
   *[skip] Só quem pediu a peça pode pulá-la aqui; quem gerencia o servidor pode definir um cargo de DJ com /{ command-settings }.
}
rights-enough-waiting = { $waiting ->
    [one] Você já tem uma peça esperando ou tocando, o máximo por pessoa aqui; peça de novo quando ela tiver tocado.
   *[other] Você já tem { $waiting } peças esperando ou tocando, o máximo por pessoa aqui; peça de novo quando uma tiver tocado.
}
rights-enough-today = Você pediu { $used } dos { $cap } s de música que uma pessoa pode pedir aqui por dia, e mais { $seconds } s não cabem. A contagem recomeça { $again }.

### What plays

playback-nothing = Nada está tocando; /{ command-compose } começa alguma coisa.
playback-not-yet = Nada está tocando ainda.
playback-not-paused = Nada está pausado.
playback-stopped = { $forgotten ->
    [0] Parado.
    [one] Parado, e { $forgotten } peça em espera esquecida.
   *[other] Parado, e { $forgotten } peças em espera esquecidas.
}
playback-skipped = Semente { $seed } pulada.
playback-paused = Pausado; /{ command-resume } continua daqui.
playback-resumed = Continuando.
playback-volume = Volume em { $percent } %.
queue-full = { $waiting ->
    [one] Já há { $waiting } peça esperando; peça de novo quando ela tiver tocado.
   *[other] Já há { $waiting } peças esperando; peça de novo quando uma tiver tocado.
}

### Why the music is silent, or ended

voice-waits = { $hold ->
    [alone] Ninguém está ouvindo; a música espera
    [connecting] Conectando; a música espera
    [muted] O Busker está silenciado; a música espera
    [speechless] O Busker não pode falar aqui; a música espera
   *[suppressed] O Busker pediu a palavra no palco; a música espera
}
voice-put-out = O Busker foi desconectado do canal de voz.
voice-call-ended = O Discord encerrou a chamada.
voice-rate-limited = O Discord quer que o Busker fique um tempo fora dos canais de voz.
voice-unencrypted = O Discord notou que o Busker não criptografa de ponta a ponta.
voice-gone = O canal de voz não existe mais.
voice-out-of-server = O Busker não está mais neste servidor.
voice-not-connected = O Busker não está mais conectado a um canal de voz.
voice-failed = Algo deu errado com a conexão de voz.
voice-lost-often = O Busker perdeu a conexão de voz várias vezes seguidas.
voice-not-let-in = O Discord não deixou o Busker entrar em { $channel }; tente de novo.
trouble-deserted = Todo mundo saiu do canal de voz.
trouble-playing = Algo deu errado ao tocar.
trouble-composing = Algo deu errado ao compor; peça de novo.
trouble-writing = Algo deu errado ao gravar a faixa; peça-a de novo.
trouble-too-large = A faixa é grande demais para postar; ficou guardada como { $file }.
trouble-posted-anyway = { $trouble } A faixa é postada mesmo assim.
trouble-not-taken = O Discord não aceitou a faixa; ficou guardada como { $file }.
trouble-tried-again = O Discord não aceitou a faixa; ficou guardada como { $file }, com nova tentativa em { $seconds } s.

### The engine

engine-closed = O motor foi encerrado antes de fazer esta peça.
engine-not-running = O motor não está rodando; inicie-o antes de pedir uma peça.
engine-composed-already = Esta peça já está composta até o fim; redirecione a próxima.
engine-died = { $deaths ->
    [one] O motor caiu { $deaths } vez ao fazer esta peça; tente outra.
   *[other] O motor caiu { $deaths } vezes ao fazer esta peça; tente outra.
}
engine-too-little-memory = Há pouca memória para esta peça; peça uma mais simples.
engine-does-not-fit = Uma peça de { $seconds } s não cabe neste motor; peça outra duração.
engine-not-finite = O modelo calculou números que não são finitos, então esta peça não pode continuar; outra semente pode funcionar e, se nenhuma funcionar, o modelo está danificado ou tem pouca precisão.
engine-channels = { $channels ->
    [one] O modelo faz som de { $channels } canal; o Busker toca um ou dois.
   *[other] O modelo faz som de { $channels } canais; o Busker toca um ou dois.
}
engine-no-sound = O modelo fez algo que não é som; outra semente pode se sair melhor.

### Tracks and recordings

track-prompt = “{ $prompt }”
track-picture = { $seconds ->
    [one] Forma de onda e espectrograma de “{ $prompt }”, { $seconds } segundo, semente { $seed }. { $contour }
   *[other] Forma de onda e espectrograma de “{ $prompt }”, { $seconds } segundos, semente { $seed }. { $contour }
}
track-silent = É silêncio.
track-even = O volume é mais ou menos o mesmo do começo ao fim.
track-contour = Começa { $first }, fica mais alto { $place } e termina { $last }.
track-loudness = { $level ->
    [loud] alto
    [softer] mais suave
    [quiet] baixo
   *[silent] em silêncio
}
track-loudest = { $place ->
    [beginning] no começo
    [second] depois de um tempo
    [middle] no meio
    [fourth] perto do fim
   *[end] no fim
}
track-line = “{ $prompt }” · { $seconds } s · semente { $seed }
track-radio-line = “{ $prompt }” · { $seconds } s da rádio, a partir de { $begin } · semente { $seed }
track-not-saved = A faixa pronta não pôde ser salva: { $why }.
track-not-ours = { $file } não é uma faixa gravada pelo Busker.
track-gone = { $file } sumiu, ou não é mais uma faixa.
recording-too-short = { $file } tem menos de { $shortest } s; escolha um arquivo mais longo.
recording-changed = { $file } mudou desde que foi escolhido; escolha-o de novo.
recording-too-long = { $longest ->
    [one] { $file } tem mais de { $longest } minuto; escolha um arquivo mais curto.
   *[other] { $file } tem mais de { $longest } minutos; escolha um arquivo mais curto.
}
recording-unreadable = { $file } não pode ser lido como som; serve um arquivo FLAC, MP3, Ogg, WAV, M4A ou WebM.
recording-silent = Não há som em { $file }; escolha outro arquivo.

### /settings

settings-managers-only = Só quem pode gerenciar este servidor pode mudar as configurações do Busker.
settings-too-long = A peça mais longa que este Busker compõe tem { $longest } s; escolha uma duração até aí.
settings-no-role = Para deixar a música com os DJs, informe também o cargo deles: a opção { command-settings.dj_role-name }.
settings-everybody = Todo mundo tem o cargo { $role }; escolha outro, ou { command-settings.rights-name }: { $free }.
settings-not-written = Este Busker não grava { $format }; ele grava { $formats }.
settings-title = Configurações
settings-shown = Cada opção de /{ command-settings } muda uma delas; a opção { command-settings.reset-name } desfaz uma.
settings-changed = Mudado, a partir de agora.
settings-label = { $option ->
    [announce] Status do canal de voz
    [dj_role] Cargo de DJ
    [format] Formato
    [interval] Intervalo
    [length] Duração
    [minutes] Música por dia
    [rights] Quem decide sobre a música
    [tracks_in] As faixas são postadas
    [volume] Volume
   *[waiting] Peças em espera
}
settings-default = { $value } (padrão)
settings-seconds = { $seconds } s
settings-automatic = automático
settings-volume = { NUMBER($share, style: "percent") }
settings-rights = { $rights ->
    [dj] quem tem o cargo de DJ
    [vote] a maioria de quem ouve
   *[free] qualquer pessoa que ouve
}
settings-no-dj-role = nenhum
settings-dj-role = { $role }
settings-posted-in = em { $channel }
settings-posted-where-asked = onde foram pedidas
settings-format = { $format }
settings-formats = { $first }, depois { $then }
settings-waiting = { $pieces ->
    [0] sem limite
   *[other] { $pieces } por pessoa
}
settings-minutes = { $minutes ->
    [0] sem limite
   *[other] { $minutes } min por pessoa
}
settings-announced = diz o que está tocando
settings-not-announced = fica como está

### /library

library-title = Biblioteca
library-nothing-made = Nada que você possa ver foi feito aqui ainda; /{ command-compose } faz alguma coisa.
library-nothing-found = Nada do que foi feito aqui tem essas palavras; com menos delas você encontra mais.
library-no-more = Não há nada mais antigo.
library-line = { $number }. “{ $prompt }” · { $seconds } s · { $member } · { $when }
library-choice = { $prompt } · { $seconds } s · semente { $seed }
library-placeholder = Escolha uma faixa
library-facts = { $seconds } s · semente { $seed } · { $checkpoint }
library-made-for = Feita para { $member } { $when }.
library-act = { $act ->
    [fetch] Buscar
    [forget] Esquecer
   *[play] Tocar de novo
}
library-open = Abrir a mensagem
library-older = Mais antigas
library-gone = Esta faixa não está mais na biblioteca.
library-playing = { $before ->
    [0] “{ $prompt }” toca de novo.
    [one] “{ $prompt }” toca de novo depois de outra peça.
   *[other] “{ $prompt }” toca de novo depois de outras { $before }.
}
library-making = { $before ->
    [0] O arquivo sumiu, então “{ $prompt }” é feita de novo; vai soar igual.
    [one] O arquivo sumiu, então “{ $prompt }” é feita de novo depois de outra peça; vai soar igual.
   *[other] O arquivo sumiu, então “{ $prompt }” é feita de novo depois de outras { $before }; vai soar igual.
}
library-making-other = { $before ->
    [0] O arquivo sumiu, então “{ $prompt }” é feita de novo. Não vai soar igual: foi feita com { $then }, e o Busker agora compõe com { $now }.
    [one] O arquivo sumiu, então “{ $prompt }” é feita de novo depois de outra peça. Não vai soar igual: foi feita com { $then }, e o Busker agora compõe com { $now }.
   *[other] O arquivo sumiu, então “{ $prompt }” é feita de novo depois de outras { $before }. Não vai soar igual: foi feita com { $then }, e o Busker agora compõe com { $now }.
}
library-lost = O arquivo sumiu, e a faixa foi feita a partir de um arquivo de som que o Busker não guarda; por isso não pode ser feita de novo.
library-radio-lost = O arquivo sumiu, e o que foi guardado de uma rádio não pode ser feito de novo.
library-posted-there = Está em { $link }.
library-nowhere = O arquivo sumiu, e a faixa nunca foi postada; “Tocar de novo” a faz outra vez.
library-not-yours = Só quem pediu uma faixa, e quem gerencia o servidor, pode fazer o Busker esquecê-la.
library-forgotten = Esquecida, com o arquivo. A mensagem que a trouxe fica até alguém apagá-la.

### /privacy

privacy-tracks = { $count ->
    [one] { $count } faixa
   *[other] { $count } faixas
}
privacy-remembered = O Busker se lembra de { $tracks } que você pediu, em todos os servidores juntos, com os prompts, sementes e arquivos. { privacy-for-now } { privacy-what-stays }
privacy-nothing = O Busker não se lembra de nenhuma faixa sua. { privacy-for-now }
privacy-for-now = Além disso, ele sabe o que você pediu e ainda não terminou e, onde há um limite, quanta música você pediu hoje. Nada mais sobre você é guardado.
privacy-what-stays = As mensagens que o Busker postou em canais ficam; quem pode apagar mensagens lá pode apagá-las.
privacy-delete = Apagar estas faixas
privacy-deleted = Apagado: { $tracks } com os arquivos. { privacy-for-now } { privacy-what-stays }

### /about and /help

about-busker = O Busker compõe música enquanto você ouve.
about-model = Modelo
about-made-on = { $checkpoint } ({ $revision }) em { $device }
about-licence = Licença dos pesos
about-speed = Velocidade
about-times = { $listeners ->
    [one] { NUMBER($speed, minimumFractionDigits: 1, maximumFractionDigits: 1) } vezes o tempo real; { $listeners } peça por vez
   *[other] { NUMBER($speed, minimumFractionDigits: 1, maximumFractionDigits: 1) } vezes o tempo real; { $listeners } peças por vez
}
about-version = Versão
about-no-version = não instalado como pacote
about-permissions = Precisa de { $needed }, e nada mais.
about-invite = Convidar o Busker
help-title = Como começar
help-text =
    Entre em um canal de voz e digite { $compose } com suas palavras, de preferência em inglês, que é o que os modelos entendem: estilo, instrumentos, clima, andamento. A música começa enquanto é feita, e a faixa pronta é postada.

    { $compose } `{ command-compose.prompt-name }: { $first }`
    { $compose } `{ command-compose.prompt-name }: { $second }` `{ command-compose.length-name }: 10` `{ command-compose.seed-name }: 7` faz a mesma música sempre que for pedida
    { $compose } com `{ command-compose.melody-name }:` ou `{ command-compose.continued-name }:` usa um arquivo de som, assim como Apps no menu de uma mensagem de voz
    { $steer } deixa outras palavras assumirem o que toca
    { $radio } toca sem fim, enquanto alguém estiver ouvindo; os últimos minutos podem ser guardados
    { $queue } mostra o que vem depois · { $skip } { $pause } { $resume } { $stop } { $volume } agem sobre o que toca
    { $library } encontra o que foi feito aqui, para tocar de novo · { $settings } é para quem gerencia o servidor
    { $privacy } mostra e apaga o que o Busker lembra sobre você · { $about } diz com o que ele compõe

    Ou comece com uma destas:

### /queue

queue-not-waiting = Isto não espera na fila, ou não mais; escolha uma peça da lista, ou a posição dela.
queue-title = Fila
queue-nothing-waits = Nada está esperando.
queue-radio = rádio
queue-removed = “{ $prompt }” saiu da fila.
queue-moved = “{ $prompt }” agora está na posição { $place } da fila.

### The presence, in English for everybody

presence-idle = /{ command-compose } faz música
presence-playing = { $channels ->
    [one] Tocando em { $channels } canal de voz
   *[other] Tocando em { $channels } canais de voz
}

### Recordings that members bring

melody-unfollowed = “{ $checkpoint }” não segue melodias; um modelo de melodia como facebook/musicgen-melody seguiria, e todos continuam a partir de uma gravação.
recording-broken = { $name } não pode ser lido como som; outro formato serve.
recording-large = { $name } tem { $size } MiB; até { $most } MiB serve.
recording-none = Não há som nesta mensagem; escolha uma com uma mensagem de voz ou um arquivo de som.
recording-soundless = { $name } não é som; serve uma mensagem de voz ou um arquivo de som.
recording-title-continue = { command-continue-this }
recording-title-melody = { command-compose-on-this-melody }
recording-unfetched = O Discord não entregou { $name }; poste de novo.
recording-unkept = { $name } não pôde ser guardado do lado do Busker; está no log.
recording-words = Como deve soar

### The card

card-stopped = Parada
card-played = Tocada
card-ended-early = Terminou antes da hora
card-paused = Pausada
card-holding = { $why }
card-waiting = Esperando a vez
card-playing = Tocando
card-composing = Compondo
card-composing-for = Compondo · primeiro som em cerca de { $seconds } s
card-facts = { $seconds } s · semente { $seed } · para { $name }
card-line = “{ $prompt }” · { $seconds } s · semente { $seed }
card-radio-line = “{ $prompt }” · rádio · semente { $seed }
card-radio-facts = Rádio · semente { $seed } · para { $name }
card-radio-heard = { $clock } de música
card-bar = { $what ->
    [made] { $bar } { $seconds } de { $total } s feitos
   *[played] { $bar } { $seconds } de { $total } s tocados
}
card-trouble = **Problema:** { $trouble }
card-trouble-of = **Problema** com “{ $prompt }”: { $trouble }
card-follows = **O que vem depois**
card-place = { $place }. { $piece }
card-more = { $more ->
    [one] … e mais { $more }
   *[other] … e mais { $more }
}
card-button = { $act ->
    [pause] Pausar
    [resume] Continuar
    [skip] Pular
    [stop] Parar
    [steer] Redirecionar
    [keep] Guardar
    [again] De novo
    [remix] Remix
   *[extend] Estender
}

### After a restart

restart-forgot = { $pieces ->
    [one] O Busker foi reiniciado, e { $pieces } peça pedida aqui foi esquecida.
   *[other] O Busker foi reiniciado, e { $pieces } peças pedidas aqui foram esquecidas.
}

### Again, Remix, Extend

button-over = Esta peça não está mais tocando; o cartão mais novo tem os botões do que está tocando.
button-gone = Esta peça acabou, e a faixa dela não está na biblioteca; /{ command-compose } faz outra.
remake-not-mine = Esta não é uma faixa do Busker; escolha uma mensagem em que o Busker postou uma.
remake-slow = O Discord está demorando demais para entregar a faixa; tente de novo.
remake-again = { $before ->
    [0] “{ $prompt }” toca de novo.
    [one] “{ $prompt }” toca de novo, depois de outra peça.
   *[other] “{ $prompt }” toca de novo, depois de outras { $before }.
}
remix-title = Remix
remix-words = Como deve soar
remix-seed = Semente, um inteiro; vazio: uma nova
remix-no-seed = “{ $typed }” não é uma semente; serve qualquer número inteiro de 0 a { $largest }.
extend-title = Estender
extend-seconds = Segundos a mais, de { $least } a { $most }
extend-no-number = “{ $typed }” não é um número de segundos; 20 seria.
extend-unfinished = Esta peça ainda está sendo feita; pode ser estendida assim que a faixa for postada.
extend-gone = O arquivo desta faixa não está mais aqui; a mensagem com a faixa também tem um botão que a estende.
extend-long = Esta faixa é longa demais para ser estendida; até { $most } s serve.
extend-answer = { $before ->
    [0] “{ $prompt }” continua por { $seconds } s, até { $total } s no total, com a semente { $seed }.
    [one] “{ $prompt }” continua por { $seconds } s, até { $total } s no total, com a semente { $seed }; toca depois de outra peça.
   *[other] “{ $prompt }” continua por { $seconds } s, até { $total } s no total, com a semente { $seed }; toca depois de outras { $before }.
}

### Commands in the menu of a message (right click, Apps): up to 32 characters

command-again = De novo
command-compose-on-this-melody = Compor sobre esta melodia
command-continue-this = Continuar isto
command-extend = Estender
command-remix = Remix

### Commands as Discord's menus show them: names, options, choices and what they are for

command-choice = { $choice ->
    [announce] { command-settings.announce-name }
    [dj] dj
    [dj_role] { command-settings.dj_role-name }
    [everything] tudo
    [format] { command-settings.format-name }
    [free] livre
    [interval] { command-settings.interval-name }
    [length] { command-settings.length-name }
    [minutes] { command-settings.minutes-name }
    [rights] { command-settings.rights-name }
    [tracks_in] { command-settings.tracks_in-name }
    [volume] { command-settings.volume-name }
    [vote] votação
    [waiting] { command-settings.waiting-name }
   *[other] { $choice }
}
command-compose = compor
    .description = Compõe música com suas palavras e toca enquanto ela é feita
    .prompt-name = prompt
    .prompt = Como deve soar, em inglês: estilo, instrumentos, clima, andamento
    .length-name = duração
    .length = Segundos de música, 10 ou mais; se não informar, o habitual aqui
    .interval-name = intervalo
    .interval = Segundos de música entre duas entregas, de 0,5 a 2,5; automático se não informar
    .seed-name = semente
    .seed = As mesmas palavras e semente fazem a mesma música; sorteada se não informar
    .melody-name = melodia
    .melody = Um som para cantarolar, como uma mensagem de voz; só alguns modelos conseguem
    .continued-name = continuação
    .continued = Um arquivo de som a continuar: a música começa onde ele termina
command-radio = rádio
    .description = Toca música sem fim, enquanto alguém estiver ouvindo
    .prompt-name = { command-compose.prompt-name }
    .prompt = { command-compose.prompt }
    .seed-name = { command-compose.seed-name }
    .seed = { command-compose.seed }
command-stop = parar
    .description = Termina a música e esquece a fila
command-skip = pular
    .description = Termina esta peça e toca a próxima
command-steer = redirecionar
    .description = Deixa outras palavras assumirem a música que toca
    .words-name = palavras
    .words = Como deve soar a partir de agora
    .blend-name = transição
    .blend = Segundos em que as palavras novas assumem, de 0 a 10; 2 se omitido
command-pause = pausar
    .description = Segura a música onde está; a composição continua
command-resume = continuar
    .description = Continua de onde a música foi pausada
command-queue = fila
    .description = O que toca e o que vem depois
command-queue-show = ver
    .description = O que toca e o que vem depois
command-queue-move = mover
    .description = Faz uma peça em espera tocar antes ou depois
    .piece-name = peça
    .piece = Uma peça em espera, ou a posição dela
    .place-name = posição
    .place = Onde deve esperar: 1 toca a seguir; as seguintes vão para trás
command-queue-remove = tirar
    .description = Tira da fila uma peça em espera
    .piece-name = peça
    .piece = Uma peça em espera, ou a posição dela
command-nowplaying = tocando
    .description = O que toca, quanto está feito e quanto já tocou
command-volume = volume
    .description = Volume da música no canal; a faixa postada mantém o nível dela
    .percent-name = porcentagem
    .percent = De 0 a 100, que é o mais alto
command-settings = configurações
    .description = O que vale neste servidor: duração, volume, direitos, limites e mais
    .length-name = duração
    .length = Segundos de música quando ninguém informa, 10 ou mais
    .interval-name = intervalo
    .interval = Segundos de música entre duas entregas, de 0,5 a 2,5
    .volume-name = volume
    .volume = Porcentagem em que a música começa, de 0 a 100
    .rights-name = direitos
    .rights = Quem pode pular, parar, pausar e afins, além de quem pediu e de quem gerencia
    .dj_role-name = cargo_dj
    .dj_role = O cargo para direitos: dj
    .tracks_in-name = faixas_em
    .tracks_in = O canal de texto onde as faixas prontas são postadas
    .format-name = formato
    .format = O formato das faixas, onde o arquivo couber
    .waiting-name = espera
    .waiting = Peças de uma pessoa que podem esperar ou tocar; 0 é sem limite
    .minutes-name = minutos
    .minutes = Minutos de música que uma pessoa pode pedir por dia; 0 é sem limite
    .announce-name = anunciar
    .announce = Se o status do canal de voz diz o que está tocando
    .reset-name = redefinir
    .reset = Desfaz uma escolha, ou todas
command-library = biblioteca
    .description = O que foi feito aqui: tocar de novo, buscar, esquecer
    .search-name = busca
    .search = Palavras do prompt; sem nada, as mais novas
    .by-name = de
    .by = Só o que esta pessoa pediu
command-privacy = privacidade
    .description = O que o Busker lembra sobre você, e como apagar
command-about = sobre
    .description = O que é o Busker, com o que ele compõe e como convidá-lo
command-help = ajuda
    .description = Como começar, com exemplos para clicar
