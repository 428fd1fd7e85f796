# O que o Busker diz em português do Brasil. Trata por você.
#
# Termos: piece = peça (o que se pede), track = faixa (o arquivo pronto), seed = semente, prompt = prompt,
# queue = fila, library = biblioteca, steer = modificar, checkpoint = modelo, interval = intervalo,
# managers = quem pode gerenciar o servidor. Aspas “ ”.

### Any command

error-unforeseen = Algo deu errado. Tente de novo; se continuar acontecendo, avise quem administra este bot.
error-value = “{ $value }” não funciona aqui. Confira o valor e tente de novo.
error-forbidden = Você não tem permissão para fazer isso aqui.
error-old-command = O Discord ainda mostra uma versão antiga deste comando. Tente de novo em um minuto.
error-too-fast = Você está enviando comandos rápido demais. Tente de novo em { $seconds } s.
error-servers-only = O Busker toca em canais de voz de servidores. Use este comando em um servidor.
error-shutting-down = O Busker está reiniciando. Tente de novo em um minuto.
error-for-operators = { $sentence }

### /steer

steer-answer = { $seconds ->
    [0] A música muda para “{ $prompt }”.
   *[other] A música vai mudar para “{ $prompt }” em cerca de { $seconds } s.
}
steer-title = Modificar a música
steer-words = Como deve soar a partir de agora
steer-too-late = Esta peça já está toda composta e não pode mais ser modificada. Modifique a próxima mais cedo.
steer-enough = Esta música já foi modificada { $most } vezes, que é o limite. Peça outra peça, ou encerre a rádio e comece outra.
steer-kept = Esta faixa é tocada a partir do arquivo e não pode ser modificada. Use Remix.

### The page of `python -m bot try`: a channel in the browser

try-apps = Aplicativos
try-attach = Anexar um arquivo
try-cancel = Cancelar
try-choose = Escolher
try-commands = Comandos
try-deafen = Ensurdecer
try-deafened = Ensurdecido
try-faults = Coisas que dão errado
try-hear = Ativar o som
try-join = Entrar
try-leave = Sair
try-level = Nível do som
try-measured = { $packets } pacotes, { $lost } perdidos, { $silent } em silêncio; intervalos p99 { $p99 } ms; { $behind } ms de atraso; { $underruns } falhas; criptografia de ponta a ponta: { $encrypted }
try-members = Membros
try-more-people = Abra esta página em outra aba para entrar como outra pessoa.
try-muted = Silenciado
try-no = não
try-number = um número
try-only-you = Só você pode ver isto
try-optional = (opcional)
try-roles = Seus cargos
try-say = Escreva, ou digite / para ver os comandos
try-send = Enviar
try-servers = Servidores
try-sound = Som
try-spectrogram = Espectrograma do que você ouve
try-starting = O Busker está iniciando…
try-taken = Você agora está aqui em outra aba.
try-thinking = O Busker está pensando…
try-too-large = Este arquivo é grande demais.
try-volume = Volume
try-yes = sim

### /compose

compose-answer = { $before ->
    [0] Compondo { $seconds } s de “{ $prompt }” com a semente { $seed }.
    [one] Compondo { $seconds } s de “{ $prompt }” com a semente { $seed }. Toca depois de outra peça.
   *[other] Compondo { $seconds } s de “{ $prompt }” com a semente { $seed }. Toca depois de outras { $before } peças.
}
compose-stage = Em um palco, o Busker precisa pedir para falar. A música começa quando um moderador aceitar.
compose-radio = A rádio para enquanto isso e volta quando a fila ficar vazia.

### What the model hears of a prompt

heard-as = O modelo ouve “{ $prompt }”.
heard-unknown = O modelo não conhece { $words }.
heard-cut = O prompt é mais longo do que o modelo aceita.
heard-nothing = O modelo não conhece nenhuma destas palavras, então só a semente decide como soa. Descreva em inglês.

### /radio

radio-answer = { $before ->
    [0] A rádio toca “{ $prompt }” com a semente { $seed } até você encerrar com /{ command-skip } ou /{ command-stop }.
    [one] Depois de outra peça, a rádio toca “{ $prompt }” com a semente { $seed } até você encerrar com /{ command-skip } ou /{ command-stop }.
   *[other] Depois de outras { $before } peças, a rádio toca “{ $prompt }” com a semente { $seed } até você encerrar com /{ command-skip } ou /{ command-stop }.
}
radio-already = Já tem uma rádio ligada. Modifique com /{ command-steer } ou encerre com /{ command-skip }.
radio-asleep = Ninguém está ouvindo. A rádio dorme até alguém entrar
radio-enough-today = A rádio terminou: quem a iniciou atingiu o limite diário. Qualquer outra pessoa pode iniciar outra.
radio-too-slow = O Busker compõe devagar demais nesta máquina para uma rádio. Use /{ command-compose }.
# { $clock } são minutos e segundos: 2:58.
keep-answer = Publicando os últimos { $clock } da rádio como faixa.
keep-too-soon = { $seconds ->
    [one] Ainda não há música nova suficiente. Tente de novo em { $seconds } s.
   *[other] Ainda não há música nova suficiente. Tente de novo em { $seconds } s.
}

### What may be asked for

piece-prompt = { $characters ->
    [one] O prompt tem um caractere legível. Precisa ter de { $shortest } a { $longest }.
   *[other] O prompt tem { $characters } caracteres legíveis. Precisa ter de { $shortest } a { $longest }.
}
piece-seconds = { $field ->
    [interval] Um intervalo de { $seconds } s está fora da faixa. Escolha de { $lowest } a { $highest } s.
   *[length] Uma duração de { $seconds } s está fora da faixa. Escolha de { $lowest } a { $highest } s.
}
piece-seed = A semente { $seed } está fora da faixa. Escolha um número inteiro de 0 a { $largest }.
piece-tags = As informações deste arquivo sobre como foi feito não podem ser usadas.

### Where Busker may play and post

permissions-no-voice = Você não está em um canal de voz. Entre em um e tente de novo.
permissions-full = { $limit ->
    [one] { $channel } está cheio ({ $limit } pessoa). Abra espaço para o Busker e tente de novo.
   *[other] { $channel } está cheio ({ $limit } pessoas). Abra espaço para o Busker e tente de novo.
}
permissions-elsewhere = O Busker está tocando em { $channel }. Entre nesse canal e tente de novo.
permissions-private = O Busker está tocando em um canal que você não pode ver. Tente de novo mais tarde.
permissions-no-posting = O Busker não pode publicar faixas aqui. Use um canal de texto do servidor.
permissions-missing = { $count ->
    [one] O Busker precisa da permissão { $missing } em { $channel }. Um moderador pode concedê-la.
   *[other] O Busker precisa das permissões { $missing } em { $channel }. Um moderador pode concedê-las.
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
    [pause] { $name } quer pausar a música: { $votes } de { $needed } votos. Vote com /{ command-pause }.
    [resume] { $name } quer continuar a música: { $votes } de { $needed } votos. Vote com /{ command-resume }.
    [stop] { $name } quer parar a música: { $votes } de { $needed } votos. Vote com /{ command-stop }.
    [volume] { $name } quer mudar o volume: { $votes } de { $needed } votos. Vote com /{ command-volume }.
    [move] { $name } quer mover esta peça na fila: { $votes } de { $needed } votos. Vote com /{ command-queue } { command-queue-move }.
    [remove] { $name } quer tirar esta peça da fila: { $votes } de { $needed } votos. Vote com /{ command-queue } { command-queue-remove }.
    [steer] { $name } quer modificar a música: { $votes } de { $needed } votos. Vote com /{ command-steer } e as mesmas palavras.
   *[skip] { $name } quer pular esta peça: { $votes } de { $needed } votos. Vote com /{ command-skip }.
}
rights-role-needed = { $act ->
    [pause] Só membros com { $role }, ou quem pediu a peça, podem pausar a música aqui.
    [resume] Só membros com { $role }, ou quem pediu a peça, podem continuar a música aqui.
    [stop] Só membros com { $role }, ou quem pediu a peça, podem parar a música aqui.
    [volume] Só membros com { $role }, ou quem pediu a peça, podem mudar o volume aqui.
    [move] Só membros com { $role }, ou quem pediu a peça, podem movê-la na fila aqui.
    [remove] Só membros com { $role }, ou quem pediu a peça, podem tirá-la da fila aqui.
    [steer] Só membros com { $role }, ou quem pediu a peça, podem modificá-la aqui.
   *[skip] Só membros com { $role }, ou quem pediu a peça, podem pulá-la aqui.
}
rights-role-unset = { $act ->
    [pause] Só quem pediu a peça pode pausar a música aqui. A administração do servidor pode definir um cargo de DJ com /{ command-settings }.
    [resume] Só quem pediu a peça pode continuar a música aqui. A administração do servidor pode definir um cargo de DJ com /{ command-settings }.
    [stop] Só quem pediu a peça pode parar a música aqui. A administração do servidor pode definir um cargo de DJ com /{ command-settings }.
    [volume] Só quem pediu a peça pode mudar o volume aqui. A administração do servidor pode definir um cargo de DJ com /{ command-settings }.
    [move] Só quem pediu a peça pode movê-la na fila aqui. A administração do servidor pode definir um cargo de DJ com /{ command-settings }.
    [remove] Só quem pediu a peça pode tirá-la da fila aqui. A administração do servidor pode definir um cargo de DJ com /{ command-settings }.
    [steer] Só quem pediu a peça pode modificá-la aqui. A administração do servidor pode definir um cargo de DJ com /{ command-settings }.
   *[skip] Só quem pediu a peça pode pulá-la aqui. A administração do servidor pode definir um cargo de DJ com /{ command-settings }.
}
rights-enough-waiting = { $most ->
    [one] Você já tem uma peça esperando ou tocando, que é o limite aqui. Tente de novo quando ela tiver tocado.
   *[other] Você já tem { $most } peças esperando ou tocando, que é o limite aqui. Tente de novo quando uma tiver tocado.
}
rights-enough-today = Limite diário atingido: você usou { $used } de { $cap } s, e isto precisa de { $seconds } s. Ele é renovado { $again }.

moderation-blocked = Você não pode pedir música neste servidor. A moderação pode explicar.
moderation-words = Algumas destas palavras não são permitidas aqui. Escolha outras.

### What plays

playback-nothing = Nada está tocando. Comece algo com /{ command-compose }.
playback-not-yet = Nada está tocando ainda.
playback-not-paused = A música não está pausada.
playback-stopped = { $forgotten ->
    [0] Parada.
    [one] Parada, e uma peça em espera removida.
   *[other] Parada, e { $forgotten } peças em espera removidas.
}
playback-skipped = “{ $prompt }” pulada.
playback-paused = Pausada. Continue com /{ command-resume }.
playback-resumed = Continuando.
playback-volume = Volume em { $percent }%.
queue-full = { $waiting ->
    [one] A fila está cheia: uma peça já está esperando. Tente de novo quando ela tiver tocado.
   *[other] A fila está cheia: { $waiting } peças já estão esperando. Tente de novo quando uma tiver tocado.
}

### Why the music is silent, or ended

voice-waits = { $hold ->
    [alone] Ninguém está ouvindo. A música espera
    [connecting] Conectando. A música espera
    [muted] O Busker está mutado. A música espera
    [speechless] O Busker não tem permissão para falar aqui. A música espera
   *[suppressed] O Busker pediu para falar no palco. A música espera
}
voice-put-out = O Busker foi desconectado do canal de voz.
voice-call-ended = O Discord encerrou a chamada.
voice-rate-limited = O Discord pediu que o Busker fique fora da voz por um tempo.
voice-unencrypted = O Discord informou que o Busker não criptografa de ponta a ponta.
voice-gone = O canal de voz foi excluído.
voice-out-of-server = O Busker não está mais neste servidor.
voice-not-connected = O Busker não está mais conectado a um canal de voz.
voice-failed = Algo deu errado com a conexão de voz.
voice-lost-often = O Busker perdia a conexão de voz repetidamente.
voice-not-let-in = O Discord não deixou o Busker entrar em { $channel }. Tente de novo.
trouble-deserted = Todos saíram do canal de voz.
trouble-playing = Algo deu errado ao tocar.
trouble-composing = Algo deu errado ao compor. Tente de novo.
trouble-writing = Algo deu errado ao salvar a faixa. Peça de novo.
trouble-unsaved = O Busker não conseguiu salvar esta faixa: ela só existe na mensagem. Avise quem cuida do bot que o disco pode estar cheio.
trouble-lost = Não deu para salvar nem publicar esta faixa. Peça de novo.
trouble-kept = { $seconds ->
    [one] O Discord não aceitou a faixa, e não deu para salvá-la. Próxima tentativa em { $seconds } s.
   *[other] O Discord não aceitou a faixa, e não deu para salvá-la. Próxima tentativa em { $seconds } s.
}
trouble-too-large = A faixa é grande demais para publicar. Ela está salva como { $file }.
trouble-posted-anyway = { $trouble } A faixa será publicada mesmo assim.
trouble-not-taken = O Discord não aceitou a faixa. Ela está salva como { $file }.
trouble-tried-again = { $seconds ->
    [one] O Discord não aceitou a faixa. Ela está salva como { $file }; próxima tentativa em { $seconds } s.
   *[other] O Discord não aceitou a faixa. Ela está salva como { $file }; próxima tentativa em { $seconds } s.
}

### The engine

engine-closed = O motor foi encerrado antes de terminar esta peça.
engine-not-running = O motor não está rodando. Tente de novo em um minuto.
engine-composed-already = Esta peça já está toda composta. Modifique a próxima.
engine-died = { $deaths ->
    [one] O motor falhou ao compor esta peça. Tente outra.
   *[other] O motor falhou { $deaths } vezes ao compor esta peça. Tente outra.
}
engine-too-little-memory = Não há memória suficiente para esta peça. Tente uma mais simples.
engine-does-not-fit = Uma peça de { $seconds } s não cabe neste motor. Escolha outra duração.
engine-not-finite = O modelo produziu números não finitos. Tente outra semente; se nenhuma funcionar, o checkpoint está danificado ou sua precisão é baixa demais.
engine-channels = { $channels ->
    [one] O modelo produz som de um canal. O Busker toca um ou dois.
   *[other] O modelo produz som de { $channels } canais. O Busker toca um ou dois.
}
engine-no-sound = O modelo produziu algo que não é som. Tente outra semente.

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
track-not-saved = Não foi possível salvar a faixa pronta: { $why }.
track-not-ours = { $file } não é uma faixa do Busker.
track-gone = { $file } sumiu ou não é mais uma faixa.
recording-too-short = { $file } tem menos de { $shortest } s. Escolha um arquivo mais longo.
recording-gone = O som com que esta peça foi pedida sumiu, ou foi guardado por um Busker mais antigo. Peça de novo com o arquivo.
recording-too-long = { $longest ->
    [one] { $file } tem mais de um minuto. Escolha um arquivo mais curto.
   *[other] { $file } tem mais de { $longest } minutos. Escolha um arquivo mais curto.
}
recording-unreadable = { $file } não pode ser lido como áudio. Use FLAC, MP3, Ogg, WAV, M4A ou WebM.
recording-silent = Não há áudio em { $file }. Escolha outro arquivo.
recording-damaged = { $file } está danificado: dá para ouvir muito pouco. Tente outra cópia ou outro formato.
recording-too-much = Ler { $file } dá trabalho demais. Salve em estéreo com 48 kHz ou menos.

### /settings

settings-managers-only = Só quem pode gerenciar este servidor pode mudar as configurações do Busker.
settings-too-long = Este Busker compõe peças de até { $longest } s. Escolha uma duração menor.
settings-no-role = Para os DJs controlarem a música, defina também o cargo deles com a opção { command-settings.dj_role-name }.
settings-everybody = Todos têm o cargo { $role }. Escolha outro, ou { command-settings.rights-name }: { $free }.
settings-not-written = Este Busker não grava { $format }. Ele grava { $formats }.
settings-whole-server = Todo mundo tem o cargo { $role }. Escolha outro cargo.
settings-no-limit = Para definir os limites de um cargo, informe também { command-settings.waiting-name } ou { command-settings.minutes-name }.
settings-no-word = “{ $word }” não pode ser bloqueada. Uma palavra precisa de uma letra, um número ou um símbolo, e de no máximo { $longest } caracteres.
settings-list-full = Esta lista aceita { $most } itens. Remova alguns primeiro.
settings-title = Configurações
settings-shown = Cada opção de /{ command-settings } muda uma configuração. A opção { command-settings.reset-name } restaura um padrão.
settings-changed = Salvo. Vale a partir de agora.
settings-label = { $option ->
    [announce] Status do canal de voz
    [block] Membros e cargos bloqueados
    [block_words] Palavras bloqueadas
    [translate] Idioma dos prompts
    [dj_role] Cargo de DJ
    [format] Formato
    [interval] Intervalo
    [length] Duração
    [minutes] Música por dia
    [rights] Quem controla a música
    [role] Limites dos cargos
    [tracks_in] As faixas são publicadas
    [volume] Volume
   *[waiting] Peças na fila
}
settings-default = { $value } (padrão)
settings-seconds = { $seconds } s
settings-automatic = automático
settings-volume = { NUMBER($share, style: "percent") }
settings-rights = { $rights ->
    [dj] membros com o cargo de DJ
    [vote] ouvintes, por votação
   *[free] todos os ouvintes
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
settings-announced = mostra o que toca
settings-not-announced = não é alterado
settings-translated = outros idiomas são traduzidos para o inglês
settings-not-translated = ficam como foram digitados
settings-nothing = nenhum
settings-role-quota = { $role }: { $limits }
settings-lines =
    { $first }
    { $then }
settings-blocked-words = { $listed } ({ $count })
settings-blocked = { $listed }
settings-automod = AutoMod
settings-automod-read = { $rules ->
    [0] nenhuma regra de palavras-chave que bloqueie
    [one] { $rules } regra de palavras-chave se aplica
   *[other] { $rules } regras de palavras-chave se aplicam
}
settings-automod-patterns = { $rules ->
    [one] { $rules } regra de palavras-chave se aplica, mas o Busker não consegue ler { $patterns } de suas expressões regulares
   *[other] { $rules } regras de palavras-chave se aplicam, mas o Busker não consegue ler { $patterns } de suas expressões regulares
}
settings-automod-unread = não se aplica: o Busker precisa da permissão Gerenciar servidor para ler as regras

### /library

library-title = Biblioteca
library-nothing-made = Ainda não há faixas aqui que você possa ver. Crie uma com /{ command-compose }.
library-nothing-found = Nenhuma faixa corresponde. Tente menos palavras.
library-no-more = Não há faixas mais antigas.
library-line = { $number }. “{ $prompt }” · { $seconds } s · { $member } · { $when }
library-choice = { $prompt } · { $seconds } s · semente { $seed }
library-placeholder = Escolha uma faixa
library-facts = { $seconds } s · semente { $seed } · { $checkpoint }
library-made-for = Feita para { $member } { $when }.
library-act = { $act ->
    [fetch] Baixar
    [forget] Excluir
   *[play] Tocar de novo
}
library-open = Abrir a mensagem
library-older = Mais antigas
library-gone = Esta faixa não está mais na biblioteca.
library-playing = { $before ->
    [0] Tocando “{ $prompt }” de novo.
    [one] Tocando “{ $prompt }” de novo depois de outra peça.
   *[other] Tocando “{ $prompt }” de novo depois de outras { $before } peças.
}
library-making = { $before ->
    [0] O arquivo de “{ $prompt }” sumiu, então o Busker compõe de novo. Vai soar igual.
    [one] O arquivo de “{ $prompt }” sumiu, então o Busker compõe de novo depois de outra peça. Vai soar igual.
   *[other] O arquivo de “{ $prompt }” sumiu, então o Busker compõe de novo depois de outras { $before } peças. Vai soar igual.
}
library-making-other = { $before ->
    [0] O arquivo de “{ $prompt }” sumiu, então o Busker compõe de novo. Vai soar diferente: foi feito com { $then }, e o Busker agora usa { $now }.
    [one] O arquivo de “{ $prompt }” sumiu, então o Busker compõe de novo depois de outra peça. Vai soar diferente: foi feito com { $then }, e o Busker agora usa { $now }.
   *[other] O arquivo de “{ $prompt }” sumiu, então o Busker compõe de novo depois de outras { $before } peças. Vai soar diferente: foi feito com { $then }, e o Busker agora usa { $now }.
}
library-lost = O arquivo sumiu, e foi feito a partir de um áudio que o Busker não guarda, então não pode ser refeito.
library-radio-lost = O arquivo sumiu, e um trecho de rádio não pode ser refeito.
library-posted-there = Você pode baixá-la aqui: { $link }.
library-nowhere = O arquivo sumiu e nunca foi publicado. “Tocar de novo” compõe outra vez.
library-not-yours = Só quem pediu uma faixa, ou quem gerencia o servidor, pode excluí-la.
# A mensagem é aquela em que o Busker publicou a faixa.
library-forgotten = { $message ->
    [deleted] Excluída, com o arquivo e a mensagem.
    [kept] Excluída, com o arquivo. A mensagem não pôde ser excluída: { $link }
    [soon] Excluída, com o arquivo. A mensagem será excluída em breve.
   *[none] Excluída, com o arquivo.
}

### /privacy

privacy-tracks = { $count ->
    [one] { $count } faixa
   *[other] { $count } faixas
}
privacy-remembered = O Busker guarda { $tracks } que você pediu, em todos os servidores, com prompts, sementes e arquivos. { privacy-for-now } { privacy-what-goes }
privacy-nothing = O Busker não guarda nenhuma faixa sua. { privacy-for-now }
privacy-for-now = Ele também conhece seus pedidos em andamento, os cartões que mostram uma peça sua, se os gerentes de um servidor bloquearam você lá e, onde há um limite diário, quanta música você pediu hoje. Não guarda mais nada sobre você.
privacy-what-goes = O botão também exclui os arquivos e as mensagens do Busker com essas faixas, onde ele ainda tem acesso. O que toca ou espera continua; quando terminar, você também poderá excluir isso.
privacy-delete = Apagar estas faixas
privacy-deleted = Exclusão concluída: { $tracks } com os arquivos.
privacy-erasing = { $messages ->
    [one] O Busker está excluindo a mensagem dele com elas.
   *[other] O Busker está excluindo as { $messages } mensagens dele com elas, o que leva até { $minutes } min.
}
privacy-erased = { $messages ->
    [0] Nenhuma mensagem do Busker com elas pôde ser excluída.
    [one] Uma mensagem do Busker também foi excluída.
   *[other] { $messages } mensagens do Busker também foram excluídas.
}
# { $links } são os endereços dessas mensagens, até dez.
privacy-kept = { $messages ->
    [one] Uma mensagem não pôde ser excluída. Quem pode gerenciar mensagens pode: { $links }
   *[other] { $messages } mensagens não puderam ser excluídas. Quem pode gerenciar mensagens pode: { $links }
}

### /about and /help

about-busker = O Busker compõe música enquanto você ouve.
about-model = Modelo
about-made-on = { $checkpoint } ({ $revision }) em { $device }
about-licence = Licença do modelo
about-speed = Velocidade
about-times = { $listeners ->
    [one] { NUMBER($speed, minimumFractionDigits: 1, maximumFractionDigits: 1) } vezes o tempo real; { $listeners } peça por vez
   *[other] { NUMBER($speed, minimumFractionDigits: 1, maximumFractionDigits: 1) } vezes o tempo real; { $listeners } peças por vez
}
about-version = Versão
about-no-version = não instalado como pacote
about-permissions = Precisa de { $needed }, nada mais.
about-invite = Convidar o Busker
help-title = Como começar
help-text =
    Entre em um canal de voz e digite { $compose } com uma descrição em português ou inglês: estilo, instrumentos, clima, andamento. A música começa enquanto é composta, e a faixa pronta é publicada.

    { $compose } `{ command-compose.prompt-name }: { $first }`
    { $compose } `{ command-compose.prompt-name }: { $second }` `{ command-compose.length-name }: 10` `{ command-compose.seed-name }: 7` dá sempre a mesma música
    { $compose } com `{ command-compose.melody-name }:` ou `{ command-compose.continued-name }:` recebe um arquivo de áudio; ou clique com o botão direito em uma mensagem de voz e escolha Aplicativos
    { $steer } modifica a música enquanto toca
    { $radio } toca sem fim enquanto alguém ouve; você pode guardar os últimos minutos
    { $queue } mostra o que vem a seguir · { $skip } { $pause } { $resume } { $stop } { $volume } controlam a música
    { $library } encontra faixas para ouvir de novo · { $settings } é para a administração
    { $privacy } mostra e exclui o que o Busker guarda sobre você · { $about } mostra o modelo

    Ou experimente uma destas:

### /queue

queue-not-waiting = Essa peça não está mais na fila. Escolha uma da lista ou digite a posição dela.
queue-title = Fila
queue-nothing-waits = Nada está esperando.
queue-radio = rádio
queue-removed = “{ $prompt }” saiu da fila.
queue-moved = “{ $prompt }” está agora na posição { $place } da fila.

### The presence, in English for everybody

presence-idle = /{ command-compose } faz música
presence-playing = { $channels ->
    [one] Tocando em { $channels } canal de voz
   *[other] Tocando em { $channels } canais de voz
}

### Recordings that members bring

melody-unfollowed = “{ $checkpoint }” não segue melodias. Um checkpoint de melodia como facebook/musicgen-melody segue; todos podem continuar um áudio.
recording-broken = { $name } não pode ser lido como áudio. Tente outro formato.
recording-large = { $name } tem { $size } MiB. O limite é { $most } MiB.
recording-line-full = Há arquivos demais deste servidor esperando. Tente de novo em um minuto.
recording-none = Não há áudio nesta mensagem. Escolha uma com mensagem de voz ou arquivo de áudio.
recording-one-at-a-time = O Busker ainda está lendo outro arquivo seu. Tente de novo quando ele for respondido.
recording-soundless = { $name } não é áudio. Use uma mensagem de voz ou um arquivo de áudio.
recording-title-continue = { command-continue-this }
recording-title-melody = { command-compose-on-this-melody }
recording-unfetched = O Discord não entregou { $name }. Publique de novo e tente outra vez.
recording-unkept = Não foi possível salvar { $name }. Tente de novo; se continuar acontecendo, avise quem administra este bot.
recording-words = Como deve soar

### The card

card-stopped = Parada
card-played = Tocada
card-ended-early = Terminou antes da hora
card-paused = Pausada
card-holding = { $why }
card-waiting = Na fila
card-playing = Tocando
card-composing = Compondo
card-composing-for = Compondo · primeiro som em cerca de { $seconds } s
card-facts = { $seconds } s · semente { $seed } · para { $name }
card-line = “{ $prompt }” · { $seconds } s · semente { $seed }
card-radio-line = “{ $prompt }” · rádio · semente { $seed }
card-private = Uma peça pedida em um canal privado
card-radio-facts = Rádio · semente { $seed } · para { $name }
card-radio-heard = { $clock } de música
card-bar = { $what ->
    [made] { $bar } { $seconds } de { $total } s compostos
   *[played] { $bar } { $seconds } de { $total } s tocados
}
card-trouble = **Problema:** { $trouble }
card-trouble-of = **Problema** com “{ $prompt }”: { $trouble }
card-follows = **A seguir**
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
    [steer] Modificar
    [keep] Guardar
    [again] De novo
    [remix] Remix
   *[extend] Estender
}

### After a restart

restart-forgot = { $pieces ->
    [one] O Busker reiniciou e descartou uma peça pedida.
   *[other] O Busker reiniciou e descartou { $pieces } peças pedidas.
}

### Again, Remix, Extend

button-over = Esta peça não está mais tocando. Use os botões do cartão mais recente.
button-gone = Esta peça terminou e a faixa dela não está na biblioteca. Crie outra com /{ command-compose }.
remake-not-mine = Isto não é uma faixa do Busker. Escolha uma mensagem em que o Busker publicou uma.
remake-slow = O Discord demora demais para entregar a faixa. Tente de novo.
remake-again = { $before ->
    [0] Tocando “{ $prompt }” de novo.
    [one] Tocando “{ $prompt }” de novo depois de outra peça.
   *[other] Tocando “{ $prompt }” de novo depois de outras { $before } peças.
}
remix-title = Remix
remix-words = Como deve soar
remix-seed = Semente, um inteiro; vazio: aleatória
remix-no-seed = “{ $typed }” não é uma semente. Escolha um número inteiro de 0 a { $largest }.
extend-title = Estender
extend-seconds = Segundos a acrescentar, de { $least } a { $most }
extend-no-number = “{ $typed }” não é um número de segundos. Tente 20.
extend-unfinished = Esta peça ainda está sendo composta. Você pode estendê-la quando a faixa for publicada.
extend-gone = O arquivo desta faixa não está mais aqui. Use o botão Estender da mensagem com a faixa.
extend-long = Esta faixa é longa demais para estender. O limite é { $most } s.
extend-answer = { $before ->
    [0] Estendendo “{ $prompt }” em { $seconds } s, para { $total } s, com a semente { $seed }.
    [one] Estendendo “{ $prompt }” em { $seconds } s, para { $total } s, com a semente { $seed }. Toca depois de outra peça.
   *[other] Estendendo “{ $prompt }” em { $seconds } s, para { $total } s, com a semente { $seed }. Toca depois de outras { $before } peças.
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
    [block] { command-settings.block-name }
    [block_words] { command-settings.block_words-name }
    [translate] { command-settings.translate-name }
    [dj] dj
    [dj_role] { command-settings.dj_role-name }
    [everything] tudo
    [format] { command-settings.format-name }
    [free] livre
    [interval] { command-settings.interval-name }
    [length] { command-settings.length-name }
    [minutes] { command-settings.minutes-name }
    [rights] { command-settings.rights-name }
    [role] { command-settings.role-name }
    [tracks_in] { command-settings.tracks_in-name }
    [volume] { command-settings.volume-name }
    [vote] votação
    [waiting] { command-settings.waiting-name }
   *[other] { $choice }
}
command-compose = compor
    .description = Compõe música a partir da sua descrição e a toca enquanto compõe
    .prompt-name = prompt
    .prompt = Como deve soar, em português ou inglês: estilo, instrumentos, clima, andamento
    .length-name = duração
    .length = Segundos de música, no mínimo 10; se omitido, o padrão do servidor
    .interval-name = intervalo
    .interval = Segundos de música entre dois trechos, de 0,5 a 2,5; se omitido, automático
    .seed-name = semente
    .seed = O mesmo prompt e semente dão a mesma música; se omitida, aleatória
    .melody-name = melodia
    .melody = Um arquivo de áudio cuja melodia seguir; só alguns modelos conseguem
    .continued-name = continuação
    .continued = Um arquivo de áudio para continuar: a música começa onde ele termina
command-radio = rádio
    .description = Toca música sem fim enquanto alguém ouve
    .prompt-name = { command-compose.prompt-name }
    .prompt = { command-compose.prompt }
    .seed-name = { command-compose.seed-name }
    .seed = { command-compose.seed }
command-stop = parar
    .description = Para a música e esvazia a fila
command-skip = pular
    .description = Pula para a próxima peça
command-steer = modificar
    .description = Modifica a música enquanto toca
    .words-name = palavras
    .words = Como deve soar a partir de agora
    .blend-name = transição
    .blend = Segundos de transição para as novas palavras, de 0 a 10; se omitido, 2
command-pause = pausar
    .description = Pausa a música; a composição continua
command-resume = continuar
    .description = Continua a música pausada
command-queue = fila
    .description = Mostra e muda a fila
command-queue-show = ver
    .description = Mostra o que toca e o que vem a seguir
command-queue-move = mover
    .description = Move uma peça em espera
    .piece-name = peça
    .piece = Uma peça em espera, ou a posição dela
    .place-name = posição
    .place = Nova posição: 1 toca em seguida
command-queue-remove = tirar
    .description = Tira uma peça em espera
    .piece-name = peça
    .piece = Uma peça em espera, ou a posição dela
command-nowplaying = tocando
    .description = Mostra o que toca, e quanto já foi composto e tocado
command-volume = volume
    .description = Muda o volume no canal; as faixas publicadas mantêm seu nível
    .percent-name = porcentagem
    .percent = De 0 a 100 (o mais alto)
command-settings = configurações
    .description = Configurações deste servidor: duração, volume, controle, limites e mais
    .length-name = duração
    .length = Duração padrão em segundos, no mínimo 10
    .interval-name = intervalo
    .interval = Segundos de música entre dois trechos, de 0,5 a 2,5
    .volume-name = volume
    .volume = Volume no início, de 0 a 100 por cento
    .rights-name = direitos
    .rights = Quem pode pular, parar e pausar, além de quem pediu e da administração
    .dj_role-name = cargo_dj
    .dj_role = O cargo que controla a música com direitos: dj
    .tracks_in-name = faixas_em
    .tracks_in = O canal de texto onde as faixas prontas são publicadas
    .format-name = formato
    .format = Formato de arquivo das faixas, se o arquivo couber
    .waiting-name = espera
    .waiting = Peças por pessoa esperando ou tocando; 0 é sem limite
    .minutes-name = minutos
    .minutes = Minutos de música por pessoa e dia; 0 é sem limite
    .role-name = cargo
    .role = O cargo a que os limites se aplicam; se omitido, a todos
    .block_words-name = bloquear_palavras
    .block_words = Palavras a bloquear, com vírgulas; bad* *bad *bad* bloqueia também as mais longas
    .allow_words-name = permitir_palavras
    .allow_words = Palavras bloqueadas a permitir de novo, com vírgulas
    .block-name = bloquear
    .block = Um membro ou cargo que não pode mais pedir música
    .allow-name = permitir
    .allow = Um membro ou cargo bloqueado que pode pedir música de novo
    .announce-name = anunciar
    .announce = Mostra o que toca no status do canal de voz
    .translate-name = traduzir
    .translate = Traduz para o inglês prompts em outros idiomas
    .reset-name = redefinir
    .reset = Restaura um padrão, ou todos
command-library = biblioteca
    .description = Encontra as faixas daqui: tocar de novo, baixar, excluir
    .search-name = busca
    .search = Palavras do prompt; vazio mostra as mais novas
    .by-name = de
    .by = Só as faixas que esta pessoa pediu
command-privacy = privacidade
    .description = Mostra o que o Busker guarda sobre você, e exclui
command-about = sobre
    .description = Sobre o Busker: modelo, velocidade e convite
command-help = ajuda
    .description = Como começar, com exemplos para clicar
