# What Busker says, in English: the language that the others translate.
#
# Names are those of the room that speaks, then what is said: compose-answer, voice-lost. Numbers are written as the
# language does; seeds come as text, so that they are not grouped. “{ $prompt }” is already safe to show.
#
# Terms: a piece is what is asked for, a track the finished file. A seed is a number that decides the music together
# with the prompt. Who listens sits in the voice channel; managers are those who may manage the server.

### Any command

error-unforeseen = Something went wrong on Busker's side; it is in the log. Please try again.
error-value = “{ $value }” cannot be used here; please check the value and ask again.
error-forbidden = You may not do this here.
error-old-command = Discord still shows an old form of this command; try again in a minute.
error-servers-only = Busker plays in voice channels of servers; ask there.
error-shutting-down = Busker is being shut down; please ask again in a minute.
# A sentence that only operators should meet; it is English.
error-for-operators = { $sentence }

### /steer

steer-answer = { $seconds ->
    [0] “{ $prompt }” takes over.
   *[other] “{ $prompt }” takes over; that is heard in about { $seconds } s.
}
steer-title = Steer
steer-words = What it should sound like from now on
steer-too-late = All of this piece is composed already, so new words come too late for it; steer the next one sooner.
steer-kept = This track was made before and is only played again, so new words cannot take it over.

### /compose

compose-answer = { $before ->
    [0] Composing { $seconds } s of “{ $prompt }” with seed { $seed }.
    [one] Composing { $seconds } s of “{ $prompt }” with seed { $seed }; it plays after one other piece.
   *[other] Composing { $seconds } s of “{ $prompt }” with seed { $seed }; it plays after { $before } others.
}

compose-stage = On a Stage, Busker asks to speak first; until a moderator lets it, the music waits.
compose-radio = The radio makes room for it and comes back when nothing else waits.

### /radio

radio-answer = { $before ->
    [0] The radio plays “{ $prompt }” with seed { $seed } until somebody ends it with /{ command-skip } or /{ command-stop }.
    [one] When one other piece has played, the radio plays “{ $prompt }” with seed { $seed } until somebody ends it with /{ command-skip } or /{ command-stop }.
   *[other] When { $before } others have played, the radio plays “{ $prompt }” with seed { $seed } until somebody ends it with /{ command-skip } or /{ command-stop }.
}
radio-already = A radio is on here already; /{ command-steer } gives it other words, /{ command-skip } ends it.
radio-asleep = Nobody listens; the radio sleeps until somebody comes
radio-enough-today = Who asked for the radio has had as much music as one person may have here in a day; anybody else can start another.
radio-too-slow = Busker composes too slowly here for music without end; /{ command-compose } makes pieces that have one.
# { $clock } is minutes and seconds: 2:58.
keep-answer = The last { $clock } minutes of the radio are posted as a track in a moment.
keep-too-soon = { $seconds ->
    [one] There is too little new to keep yet; try again when { $seconds } s more has been heard.
   *[other] There is too little new to keep yet; try again when { $seconds } s more have been heard.
}

### What may be asked for

piece-prompt = { $signs ->
    [one] The prompt has one readable character; it needs { $shortest } to { $longest }.
   *[other] The prompt has { $signs } readable characters; it needs { $shortest } to { $longest }.
}
piece-seconds = { $field ->
    [interval] The interval of { $seconds } s is out of range; { $lowest } to { $highest } s will do.
   *[length] The length of { $seconds } s is out of range; { $lowest } to { $highest } s will do.
}
piece-seed = The seed { $seed } is out of range; any whole number from 0 to { $largest } will do.

### Where Busker may play and post

permissions-no-voice = You are in no voice channel; join one and ask again.
permissions-full = { $limit ->
    [one] { $channel } is full ({ $limit } person); make room and ask again.
   *[other] { $channel } is full ({ $limit } people); make room and ask again.
}
permissions-elsewhere = Busker plays in { $channel }; join there and ask again.
permissions-no-posting = Busker cannot post tracks here; ask in a text channel of the server.
permissions-missing = { $count ->
    [one] In { $channel } Busker lacks the permission { $missing }; a moderator can grant it.
   *[other] In { $channel } Busker lacks the permissions { $missing }; a moderator can grant them.
}
# As Discord's own settings name them.
permissions-name = { $name ->
    [attach_files] Attach Files
    [connect] Connect
    [embed_links] Embed Links
    [request_to_speak] Request To Speak
    [send_messages] Send Messages
    [send_messages_in_threads] Send Messages In Threads
    [speak] Speak
   *[view_channel] View Channel
}

### Who may do what

# Commands are named with a slash, so that they can be typed.
rights-voted = { $act ->
    [pause] { $name } wants to pause the music: { $votes } of { $needed } votes. Who listens votes with /{ command-pause }.
    [resume] { $name } wants to let the music go on: { $votes } of { $needed } votes. Who listens votes with /{ command-resume }.
    [stop] { $name } wants to stop the music: { $votes } of { $needed } votes. Who listens votes with /{ command-stop }.
    [volume] { $name } wants to change the volume: { $votes } of { $needed } votes. Who listens votes with /{ command-volume }.
    [move] { $name } wants to move this in the queue: { $votes } of { $needed } votes. Who listens votes with /{ command-queue } { command-queue-move }.
    [remove] { $name } wants to take this off the queue: { $votes } of { $needed } votes. Who listens votes with /{ command-queue } { command-queue-remove }.
    [steer] { $name } wants to steer this: { $votes } of { $needed } votes. Who listens votes with /{ command-steer } and the same words.
   *[skip] { $name } wants to skip this: { $votes } of { $needed } votes. Who listens votes with /{ command-skip }.
}
rights-role-needed = { $act ->
    [pause] Only members with { $role }, and who asked for the piece, may pause the music here.
    [resume] Only members with { $role }, and who asked for the piece, may let the music go on here.
    [stop] Only members with { $role }, and who asked for the piece, may stop the music here.
    [volume] Only members with { $role }, and who asked for the piece, may change the volume here.
    [move] Only members with { $role }, and who asked for the piece, may move this in the queue here.
    [remove] Only members with { $role }, and who asked for the piece, may take this off the queue here.
    [steer] Only members with { $role }, and who asked for the piece, may steer this here.
   *[skip] Only members with { $role }, and who asked for the piece, may skip this here.
}
rights-role-unset = { $act ->
    [pause] Only who asked for the piece may pause the music here; a manager can set a DJ role with /{ command-settings }.
    [resume] Only who asked for the piece may let the music go on here; a manager can set a DJ role with /{ command-settings }.
    [stop] Only who asked for the piece may stop the music here; a manager can set a DJ role with /{ command-settings }.
    [volume] Only who asked for the piece may change the volume here; a manager can set a DJ role with /{ command-settings }.
    [move] Only who asked for the piece may move this in the queue here; a manager can set a DJ role with /{ command-settings }.
    [remove] Only who asked for the piece may take this off the queue here; a manager can set a DJ role with /{ command-settings }.
    [steer] Only who asked for the piece may steer this here; a manager can set a DJ role with /{ command-settings }.
   *[skip] Only who asked for the piece may skip this here; a manager can set a DJ role with /{ command-settings }.
}
rights-enough-waiting = { $waiting ->
    [one] You have one piece waiting or playing, as many as one person may have here; ask again when it has played.
   *[other] You have { $waiting } pieces waiting or playing, as many as one person may have here; ask again when one has played.
}
rights-enough-today = You have asked for { $used } of the { $cap } s of music that one person may ask for here in a day, and { $seconds } s more do not fit. The count starts again { $again }.

### What plays

playback-nothing = Nothing is playing; /{ command-compose } starts something.
playback-not-yet = Nothing is playing yet.
playback-not-paused = Nothing is paused.
playback-stopped = { $forgotten ->
    [0] Stopped.
   *[other] Stopped, and { $forgotten } waiting forgotten.
}
playback-skipped = Skipped seed { $seed }.
playback-paused = Paused; /{ command-resume } goes on from here.
playback-resumed = Going on.
playback-volume = Volume { $percent } %.
queue-full = { $waiting ->
    [one] One piece waits already; ask again when it has played.
   *[other] { $waiting } pieces wait already; ask again when one has played.
}

### Why the music is silent, or ended

voice-waits = { $hold ->
    [alone] Nobody listens; the music waits
    [connecting] Connecting; the music waits
    [muted] Busker is muted; the music waits
    [speechless] Busker may not speak here; the music waits
   *[suppressed] Busker asked to speak on the Stage; the music waits
}
voice-put-out = Busker was disconnected from the voice channel.
voice-call-ended = Discord ended the call.
voice-rate-limited = Discord wants Busker to stay out of voice for a while.
voice-unencrypted = Discord found that Busker does not encrypt end to end.
voice-gone = The voice channel is gone.
voice-out-of-server = Busker is not in this server any more.
voice-not-connected = Busker is not connected to a voice channel any more.
voice-failed = Something went wrong with the voice connection.
voice-lost-often = Busker lost the voice connection again and again.
voice-not-let-in = Discord did not let Busker into { $channel }; please try again.
trouble-deserted = Everybody left the voice channel.
trouble-playing = Something went wrong while playing.
trouble-composing = Something went wrong while composing; please ask again.
trouble-writing = Something went wrong while the track was written; ask for it again.
trouble-too-large = The track is too large to post; it is kept as { $file }.
trouble-posted-anyway = { $trouble } The track is posted all the same.
trouble-not-taken = Discord did not take the track; it is kept as { $file }.
trouble-tried-again = { $seconds ->
    [one] Discord did not take the track; it is kept as { $file }, and is tried again in { $seconds } s.
   *[other] Discord did not take the track; it is kept as { $file }, and is tried again in { $seconds } s.
}

### The engine

engine-closed = The engine was closed before this piece was made.
engine-not-running = The engine is not running; start it before asking for a piece.
engine-composed-already = This piece is composed to its end already; steer the next one.
engine-died = { $deaths ->
    [one] The engine died while making this piece; try another one.
   *[other] The engine died { $deaths } times while making this piece; try another one.
}
engine-too-little-memory = There is too little memory for this piece; ask for a simpler one.
engine-does-not-fit = A piece of { $seconds } s does not fit this engine; ask for another length.
engine-not-finite = The model computed numbers that are not finite, so this piece cannot go on; another seed may work, and if none does the checkpoint is damaged or its precision too low.
engine-channels = { $channels ->
    [one] The model makes sound of one channel; Busker plays one or two.
   *[other] The model makes sound of { $channels } channels; Busker plays one or two.
}
engine-no-sound = The model made something that is not sound; another seed may do better.

### Tracks and recordings

track-prompt = “{ $prompt }”
# The picture of a track in words, for those who do not see it.
track-picture = { $seconds ->
    [one] Waveform and spectrogram of “{ $prompt }”, { $seconds } second, seed { $seed }. { $contour }
   *[other] Waveform and spectrogram of “{ $prompt }”, { $seconds } seconds, seed { $seed }. { $contour }
}
track-silent = It is silent.
track-even = It is about equally loud from beginning to end.
track-contour = It begins { $first }, is loudest { $place } and ends { $last }.
track-loudness = { $level ->
    [loud] loud
    [softer] softer
    [quiet] quiet
   *[silent] silent
}
track-loudest = { $place ->
    [beginning] at the beginning
    [second] after a while
    [middle] in the middle
    [fourth] towards the end
   *[end] at the end
}
track-line = “{ $prompt }” · { $seconds } s · seed { $seed }
track-radio-line = “{ $prompt }” · { $seconds } s of the radio, from { $begin } on · seed { $seed }
track-not-saved = The finished track could not be saved: { $why }.
track-not-ours = { $file } is not a track that Busker wrote.
track-gone = { $file } is gone, or is not a track any more.
recording-too-short = { $file } is shorter than { $shortest } s; choose a longer one.
recording-changed = { $file } has changed since it was chosen; choose it again.
recording-too-long = { $longest ->
    [one] { $file } is longer than one minute; choose a shorter one.
   *[other] { $file } is longer than { $longest } minutes; choose a shorter one.
}
recording-unreadable = { $file } cannot be read as sound; a FLAC, MP3, Ogg, WAV, M4A or WebM file will do.
recording-silent = There is no sound in { $file }; choose another file.

### /settings

settings-managers-only = Only who may manage this server can change Busker's settings.
settings-too-long = The longest piece that this Busker composes is { $longest } s; choose a length up to that.
settings-no-role = To leave the music to DJs, name their role as well: the option { command-settings.dj_role-name }.
settings-everybody = Everybody has the role { $role }; choose another, or { command-settings.rights-name }: { $free }.
settings-not-written = This Busker does not write { $format }; it writes { $formats }.
settings-title = Settings
settings-shown = Each option of /{ command-settings } changes one of them; the option { command-settings.reset-name } takes one back.
settings-changed = Changed, from now on.
settings-label = { $option ->
    [announce] Voice channel's status
    [dj_role] DJ role
    [format] Format
    [interval] Interval
    [length] Length
    [minutes] Music a day
    [rights] Who acts on the music
    [tracks_in] Tracks are posted
    [volume] Volume
   *[waiting] Waiting pieces
}
settings-default = { $value } (default)
settings-seconds = { $seconds } s
settings-automatic = automatic
settings-volume = { NUMBER($share, style: "percent") }
settings-rights = { $rights ->
    [dj] those with the DJ role
    [vote] most listeners together
   *[free] every listener
}
settings-no-dj-role = none
settings-dj-role = { $role }
settings-posted-in = in { $channel }
settings-posted-where-asked = where they were asked for
settings-format = { $format }
settings-formats = { $first }, then { $then }
settings-waiting = { $pieces ->
    [0] without limit
   *[other] { $pieces } a person
}
settings-minutes = { $minutes ->
    [0] without limit
   *[other] { $minutes } min a person
}
settings-announced = says what plays
settings-not-announced = is left alone

### /library

library-title = Library
library-nothing-made = Nothing has been made here yet that you can see; /{ command-compose } makes something.
library-nothing-found = Nothing that was made here has these words; fewer of them find more.
library-no-more = There is nothing older.
library-line = { $number }. “{ $prompt }” · { $seconds } s · { $member } · { $when }
library-choice = { $prompt } · { $seconds } s · seed { $seed }
library-placeholder = Choose a track
library-facts = { $seconds } s · seed { $seed } · { $checkpoint }
library-made-for = Made for { $member } { $when }.
library-act = { $act ->
    [fetch] Fetch
    [forget] Forget
   *[play] Play again
}
library-open = Open its message
library-older = Older
library-gone = This track is not in the library any more.
library-playing = { $before ->
    [0] Playing “{ $prompt }” again.
    [one] Playing “{ $prompt }” again after one other piece.
   *[other] Playing “{ $prompt }” again after { $before } others.
}
library-making = { $before ->
    [0] Its file is gone, so “{ $prompt }” is made again; it will sound the same.
    [one] Its file is gone, so “{ $prompt }” is made again after one other piece; it will sound the same.
   *[other] Its file is gone, so “{ $prompt }” is made again after { $before } others; it will sound the same.
}
library-making-other = { $before ->
    [0] Its file is gone, so “{ $prompt }” is made again. It will not sound the same: it was made with { $then }, and Busker composes with { $now } now.
    [one] Its file is gone, so “{ $prompt }” is made again after one other piece. It will not sound the same: it was made with { $then }, and Busker composes with { $now } now.
   *[other] Its file is gone, so “{ $prompt }” is made again after { $before } others. It will not sound the same: it was made with { $then }, and Busker composes with { $now } now.
}
library-lost = Its file is gone, and it was made from a sound file that Busker does not keep, so it cannot be made again.
library-radio-lost = Its file is gone, and what was kept of a radio cannot be made again.
library-posted-there = It is in { $link }.
library-nowhere = Its file is gone, and it was never posted; “Play again” makes it again.
library-not-yours = Only who asked for a track, and who manages the server, can make Busker forget it.
library-forgotten = Forgotten, with its file. The message that brought it stays until somebody deletes it.

### /privacy

# { $tracks } is a counted phrase: “3 tracks”.
privacy-tracks = { $count ->
    [one] { $count } track
   *[other] { $count } tracks
}
privacy-remembered = Busker remembers { $tracks } that you asked for, in all servers together, with the prompts, seeds and files. { privacy-for-now } { privacy-what-stays }
privacy-nothing = Busker remembers no track of yours. { privacy-for-now }
privacy-for-now = Besides, it knows what you asked for that is not over yet and, where there is a cap, how much music you asked for today. Nothing else about you is kept.
privacy-what-stays = Messages that Busker posted in channels stay; who may delete messages there can delete them.
privacy-delete = Delete these tracks
privacy-deleted = Deleted: { $tracks } with their files. { privacy-for-now } { privacy-what-stays }

### /about and /help

about-busker = Busker composes music while you listen.
about-model = Model
about-made-on = { $checkpoint } ({ $revision }) on { $device }
about-licence = Licence of its weights
about-speed = Speed
about-times = { $listeners ->
    [one] { NUMBER($speed, minimumFractionDigits: 1, maximumFractionDigits: 1) } times real time; one piece at once
   *[other] { NUMBER($speed, minimumFractionDigits: 1, maximumFractionDigits: 1) } times real time; { $listeners } pieces at once
}
about-version = Version
about-no-version = not installed as a package
about-permissions = It needs { $needed }, and nothing else.
about-invite = Invite Busker
help-title = How to begin
# The names of commands come as links that can be clicked.
help-text =
    Join a voice channel and type { $compose } with your words in English: style, instruments, mood, tempo. Music starts while it is being made, and the finished track is posted.

    { $compose } `{ command-compose.prompt-name }: { $first }`
    { $compose } `{ command-compose.prompt-name }: { $second }` `{ command-compose.length-name }: 10` `{ command-compose.seed-name }: 7` makes the same music whenever it is asked for
    { $compose } with `{ command-compose.melody-name }:` or `{ command-compose.continued-name }:` takes a sound file, as does Apps in the menu of a voice message
    { $steer } lets other words take over what plays
    { $radio } plays without end, while somebody listens; its last minutes can be kept
    { $queue } shows what follows · { $skip } { $pause } { $resume } { $stop } { $volume } act on what plays
    { $library } finds what was made here, to play it again · { $settings } is for managers
    { $privacy } shows and deletes what Busker remembers about you · { $about } says what it composes with

    Or begin with one of these:

### /queue

queue-not-waiting = This does not wait in the queue, or no more; choose a piece from the list, or its place.
queue-title = Queue
queue-nothing-waits = Nothing waits.
queue-radio = radio
queue-removed = Removed “{ $prompt }” from the queue.
queue-moved = “{ $prompt }” is at place { $place } of the queue now.

### The presence, in English for everybody

presence-idle = /{ command-compose } makes music
presence-playing = { $channels ->
    [one] Playing in one voice channel
   *[other] Playing in { $channels } voice channels
}

### Recordings that members bring

melody-unfollowed = “{ $checkpoint }” follows no melody; a melody checkpoint such as facebook/musicgen-melody would, and each goes on from a recording.
recording-broken = { $name } cannot be read as sound; another format will do.
recording-large = { $name } has { $size } MiB; up to { $most } MiB will do.
recording-none = There is no sound in this message; choose one with a voice message or a sound file.
recording-soundless = { $name } is no sound; a voice message or a sound file will do.
recording-title-continue = { command-continue-this }
recording-title-melody = { command-compose-on-this-melody }
recording-unfetched = Discord did not give { $name } out; post it once more.
recording-unkept = { $name } could not be kept on Busker’s side; it is in the log.
recording-words = What it should sound like

### The card

card-stopped = Stopped
card-played = Played
card-ended-early = Ended early
card-paused = Paused
card-holding = { $why }
card-waiting = Waiting for its turn
card-playing = Playing
card-composing = Composing
card-composing-for = Composing · first sound in about { $seconds } s
card-facts = { $seconds } s · seed { $seed } · for { $name }
card-line = “{ $prompt }” · { $seconds } s · seed { $seed }
card-radio-line = “{ $prompt }” · radio · seed { $seed }
card-radio-facts = Radio · seed { $seed } · for { $name }
card-radio-heard = { $clock } heard
card-bar = { $what ->
    [made] { $bar } { $seconds } of { $total } s made
   *[played] { $bar } { $seconds } of { $total } s played
}
card-trouble = **Trouble:** { $trouble }
card-trouble-of = **Trouble** with “{ $prompt }”: { $trouble }
card-follows = **What follows**
card-place = { $place }. { $piece }
card-more = { $more ->
    [one] … and one more
   *[other] … and { $more } more
}
# Up to 80 characters each, and better one word.
card-button = { $act ->
    [pause] Pause
    [resume] Resume
    [skip] Skip
    [stop] Stop
    [steer] Steer
    [keep] Keep
    [again] Again
    [remix] Remix
   *[extend] Extend
}

### After a restart

restart-forgot = { $pieces ->
    [one] Busker was restarted, and one piece that was asked for here is forgotten.
   *[other] Busker was restarted, and { $pieces } pieces that were asked for here are forgotten.
}

### Again, Remix, Extend

button-over = This piece does not play any more; the newest card has the buttons for what plays.
button-gone = This piece is over, and its track is not in the library; /{ command-compose } makes another.
piece-tags = What this file says about its making cannot be used.
remake-not-mine = This is no track of Busker’s; choose a message in which Busker posted one.
remake-slow = Discord takes too long to give the track out; please try again.
remake-again = { $before ->
    [0] Playing “{ $prompt }” again.
    [one] Playing “{ $prompt }” again, after one other piece.
   *[other] Playing “{ $prompt }” again, after { $before } others.
}
remix-title = Remix
remix-words = What it should sound like
# Up to 45 characters.
remix-seed = Seed, a whole number; empty draws a new one
remix-no-seed = “{ $typed }” is no seed; any whole number from 0 to { $largest } will do.
extend-title = Extend
# Up to 45 characters.
extend-seconds = Seconds to go on, { $least } to { $most }
extend-no-number = “{ $typed }” is no number of seconds; 20 would be one.
extend-unfinished = This piece is still being made; it can be extended as soon as its track is posted.
extend-gone = The file of this track is gone here; the message with the track has a button that extends it, too.
extend-long = This track is too long to be extended; up to { $most } s will do.
extend-answer = { $before ->
    [0] “{ $prompt }” goes on for { $seconds } s, to { $total } s in all, with seed { $seed }.
    [one] “{ $prompt }” goes on for { $seconds } s, to { $total } s in all, with seed { $seed }; it plays after one other piece.
   *[other] “{ $prompt }” goes on for { $seconds } s, to { $total } s in all, with seed { $seed }; it plays after { $before } others.
}

### Commands in the menu of a message (right click, Apps): up to 32 characters

command-again = Again
command-compose-on-this-melody = Compose on this melody
command-continue-this = Continue this
command-extend = Extend
command-remix = Remix

### Commands as Discord's menus show them: names, options, choices and what they are for

# What is typed in the language of who types, so names and choices have small letters and no spaces.
command-choice = { $choice ->
    [announce] { command-settings.announce-name }
    [dj] dj
    [dj_role] { command-settings.dj_role-name }
    [everything] everything
    [format] { command-settings.format-name }
    [free] free
    [interval] { command-settings.interval-name }
    [length] { command-settings.length-name }
    [minutes] { command-settings.minutes-name }
    [rights] { command-settings.rights-name }
    [tracks_in] { command-settings.tracks_in-name }
    [volume] { command-settings.volume-name }
    [vote] vote
    [waiting] { command-settings.waiting-name }
   *[other] { $choice }
}

command-compose = compose
    .description = Compose music from your words and play it while it is being made
    .prompt-name = prompt
    .prompt = What it should sound like: style, instruments, mood, tempo
    .length-name = length
    .length = Seconds of music, 10 or more; as is usual here if left out
    .interval-name = interval
    .interval = Seconds of music made between two deliveries, 0.5 to 2.5; automatic if left out
    .seed-name = seed
    .seed = The same words and seed make the same music; drawn if left out
    .melody-name = melody
    .melody = A sound file to hum after, such as a voice message; only some models can
    .continued-name = continue
    .continued = A sound file to go on from: the music begins where it ends
command-radio = radio
    .description = Play music without end, while somebody listens
    .prompt-name = { command-compose.prompt-name }
    .prompt = { command-compose.prompt }
    .seed-name = { command-compose.seed-name }
    .seed = { command-compose.seed }
command-stop = stop
    .description = End the music and forget the queue
command-skip = skip
    .description = End this piece and play the next one
command-steer = steer
    .description = Let other words take over the music that plays
    .words-name = words
    .words = What it should sound like from now on
    .blend-name = blend
    .blend = Seconds over which the new words take over, 0 to 10; 2 if left out
command-pause = pause
    .description = Hold the music where it is; composing goes on
command-resume = resume
    .description = Go on from where the music was paused
command-queue = queue
    .description = What plays and what follows
command-queue-show = show
    .description = What plays and what follows
command-queue-move = move
    .description = Let a waiting piece play earlier or later
    .piece-name = piece
    .piece = A waiting piece, or its place
    .place-name = place
    .place = Where it is to wait: 1 plays next; later places move back
command-queue-remove = remove
    .description = Take a waiting piece off the queue
    .piece-name = piece
    .piece = A waiting piece, or its place
command-nowplaying = nowplaying
    .description = What plays, how much of it is made and how much is played
command-volume = volume
    .description = How loud the music plays in the channel; the posted track keeps its level
    .percent-name = percent
    .percent = 0 to 100, which is the loudest
command-settings = settings
    .description = What holds in this server: length, volume, rights, caps and more
    .length-name = length
    .length = Seconds of music when nobody says, 10 or more
    .interval-name = interval
    .interval = Seconds of music made between two deliveries, 0.5 to 2.5
    .volume-name = volume
    .volume = Percent that music starts at, 0 to 100
    .rights-name = rights
    .rights = Who may skip, stop, pause and the like, besides who asked and managers
    .dj_role-name = dj_role
    .dj_role = The role for rights: dj
    .tracks_in-name = tracks_in
    .tracks_in = The text channel where finished tracks are posted
    .format-name = format
    .format = The format of tracks, where the file fits
    .waiting-name = waiting
    .waiting = Pieces of one person that may wait or play; 0 is without limit
    .minutes-name = minutes
    .minutes = Minutes of music that one person may ask for in a day; 0 is without limit
    .announce-name = announce
    .announce = Whether the voice channel's status says what plays
    .reset-name = reset
    .reset = Take one choice back, or all of them
command-library = library
    .description = What was made here: play it again, fetch it, forget it
    .search-name = search
    .search = Words of its prompt; nothing shows the newest
    .by-name = by
    .by = Only what this person asked for
command-privacy = privacy
    .description = What Busker remembers about you, and how to delete it
command-about = about
    .description = What Busker is, what it composes with, and how to invite it
command-help = help
    .description = How to begin, with examples to click
