# What Busker says, in English: the language that the others translate.
#
# Names are those of the room that speaks, then what is said: compose-answer, voice-lost. Numbers are written as the
# language does; seeds come as text, so that they are not grouped. “{ $prompt }” is already safe to show.
#
# Terms: a piece is what somebody requested, a track the finished file. A seed is a number that decides the music together
# with the prompt. Listeners are in the voice channel; managers have the Manage Server permission.

### Any command

error-unforeseen = Something went wrong. Please try again; if it keeps happening, tell whoever runs this bot.
error-value = “{ $value }” doesn't work here. Check the value and try again.
error-forbidden = You don't have permission to do this here.
error-old-command = Discord is still showing an old version of this command. Try again in a minute.
error-too-fast = You're sending commands too fast. Try again in { $seconds } s.
error-servers-only = Busker plays in voice channels of servers. Use this command in a server.
error-shutting-down = Busker is restarting. Try again in a minute.
# A sentence that only operators should meet; it is English.
error-for-operators = { $sentence }

### /steer

steer-answer = { $seconds ->
    [0] Steering to “{ $prompt }” now.
   *[other] Steering to “{ $prompt }”. You'll hear it in about { $seconds } s.
}
steer-title = Steer
steer-words = What it should sound like from now on
steer-too-late = This piece is already fully composed, so it can't be steered any more. Steer the next one earlier.
steer-enough = This music has been steered { $most } times, which is the limit. Request a new piece, or end the radio and start another.
steer-kept = This track is replayed from its file, so it can't be steered. Use Remix to change it.

### The page of `python -m bot try`: a channel in the browser

try-apps = Apps
try-attach = Attach a file
try-cancel = Cancel
try-choose = Choose
try-commands = Commands
try-deafen = Deafen
try-deafened = Deafened
try-faults = Things that go wrong
try-hear = Turn the sound on
try-join = Join
try-leave = Leave
try-level = Loudness
try-measured = { $packets } packets, { $lost } lost, { $silent } silent; gaps p99 { $p99 } ms; { $behind } ms behind; { $underruns } underruns; end-to-end encrypted: { $encrypted }
try-members = Members
try-more-people = Open this page in another tab to come in as somebody else.
try-muted = Muted
try-no = no
try-number = a number
try-only-you = Only you can see this
try-optional = (optional)
try-roles = Your roles
try-say = Write, or type / for commands
try-send = Send
try-servers = Servers
try-sound = Sound
try-spectrogram = Spectrogram of what you hear
try-starting = Busker is starting …
try-taken = You are here in another tab now.
try-thinking = Busker is thinking …
try-too-large = This file is too large.
try-volume = Volume
try-yes = yes

### /compose

compose-answer = { $before ->
    [0] Composing { $seconds } s of “{ $prompt }” with seed { $seed }.
    [one] Composing { $seconds } s of “{ $prompt }” with seed { $seed }. It plays after one other piece.
   *[other] Composing { $seconds } s of “{ $prompt }” with seed { $seed }. It plays after { $before } other pieces.
}

compose-stage = On a Stage, Busker has to ask to speak. The music starts once a moderator accepts.
compose-radio = The radio makes room for it and comes back when the queue is empty.

### What the model hears of a prompt

heard-as = The model hears “{ $prompt }”.
heard-unknown = The model doesn't know { $words }.
heard-cut = The prompt is longer than the model can take.
heard-nothing = The model knows none of these words, so only the seed decides how it sounds. Describe it in English.

### /radio

radio-answer = { $before ->
    [0] The radio plays “{ $prompt }” with seed { $seed } until you end it with /{ command-skip } or /{ command-stop }.
    [one] After one other piece, the radio plays “{ $prompt }” with seed { $seed } until you end it with /{ command-skip } or /{ command-stop }.
   *[other] After { $before } other pieces, the radio plays “{ $prompt }” with seed { $seed } until you end it with /{ command-skip } or /{ command-stop }.
}
radio-already = A radio is already on. Change it with /{ command-steer } or end it with /{ command-skip }.
radio-asleep = Nobody is listening. The radio sleeps until somebody joins
radio-enough-today = The radio ended: the member who started it has reached the daily limit. Anybody else can start another.
radio-too-slow = Busker composes too slowly on this machine for a radio. Use /{ command-compose } instead.
# { $clock } is minutes and seconds: 2:58.
keep-answer = Posting the last { $clock } of the radio as a track.
keep-too-soon = { $seconds ->
    [one] There isn't enough new music to keep yet. Try again in { $seconds } s.
   *[other] There isn't enough new music to keep yet. Try again in { $seconds } s.
}

### What can be requested

piece-prompt = { $characters ->
    [one] The prompt has one readable character. It needs { $shortest } to { $longest }.
   *[other] The prompt has { $characters } readable characters. It needs { $shortest } to { $longest }.
}
piece-seconds = { $field ->
    [interval] An interval of { $seconds } s is out of range. Choose { $lowest } to { $highest } s.
   *[length] A length of { $seconds } s is out of range. Choose { $lowest } to { $highest } s.
}
piece-seed = The seed { $seed } is out of range. Choose a whole number from 0 to { $largest }.

### Where Busker can play and post

permissions-no-voice = You're not in a voice channel. Join one and try again.
permissions-full = { $limit ->
    [one] { $channel } is full ({ $limit } person). Make room for Busker and try again.
   *[other] { $channel } is full ({ $limit } people). Make room for Busker and try again.
}
permissions-elsewhere = Busker is playing in { $channel }. Join that channel and try again.
permissions-private = Busker is playing in a channel that you can't see. Try again later.
permissions-no-posting = Busker can't post tracks here. Use a text channel of the server.
permissions-missing = { $count ->
    [one] Busker needs the { $missing } permission in { $channel }. A moderator can grant it.
   *[other] Busker needs the permissions { $missing } in { $channel }. A moderator can grant them.
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

### Who can do what

# Commands are named with a slash, so that they can be typed.
rights-voted = { $act ->
    [pause] { $name } wants to pause the music: { $votes } of { $needed } votes. Listeners vote with /{ command-pause }.
    [resume] { $name } wants to resume the music: { $votes } of { $needed } votes. Listeners vote with /{ command-resume }.
    [stop] { $name } wants to stop the music: { $votes } of { $needed } votes. Listeners vote with /{ command-stop }.
    [volume] { $name } wants to change the volume: { $votes } of { $needed } votes. Listeners vote with /{ command-volume }.
    [move] { $name } wants to move this in the queue: { $votes } of { $needed } votes. Listeners vote with /{ command-queue } { command-queue-move }.
    [remove] { $name } wants to remove this from the queue: { $votes } of { $needed } votes. Listeners vote with /{ command-queue } { command-queue-remove }.
    [steer] { $name } wants to steer this: { $votes } of { $needed } votes. Listeners vote with /{ command-steer } and the same words.
   *[skip] { $name } wants to skip this: { $votes } of { $needed } votes. Listeners vote with /{ command-skip }.
}
rights-role-needed = { $act ->
    [pause] Only members with { $role }, or whoever requested the piece, can pause the music here.
    [resume] Only members with { $role }, or whoever requested the piece, can resume the music here.
    [stop] Only members with { $role }, or whoever requested the piece, can stop the music here.
    [volume] Only members with { $role }, or whoever requested the piece, can change the volume here.
    [move] Only members with { $role }, or whoever requested the piece, can move this in the queue here.
    [remove] Only members with { $role }, or whoever requested the piece, can remove this from the queue here.
    [steer] Only members with { $role }, or whoever requested the piece, can steer this here.
   *[skip] Only members with { $role }, or whoever requested the piece, can skip this here.
}
rights-role-unset = { $act ->
    [pause] Only whoever requested the piece can pause the music here. A manager can set a DJ role with /{ command-settings }.
    [resume] Only whoever requested the piece can resume the music here. A manager can set a DJ role with /{ command-settings }.
    [stop] Only whoever requested the piece can stop the music here. A manager can set a DJ role with /{ command-settings }.
    [volume] Only whoever requested the piece can change the volume here. A manager can set a DJ role with /{ command-settings }.
    [move] Only whoever requested the piece can move this in the queue here. A manager can set a DJ role with /{ command-settings }.
    [remove] Only whoever requested the piece can remove this from the queue here. A manager can set a DJ role with /{ command-settings }.
    [steer] Only whoever requested the piece can steer this here. A manager can set a DJ role with /{ command-settings }.
   *[skip] Only whoever requested the piece can skip this here. A manager can set a DJ role with /{ command-settings }.
}
rights-enough-waiting = { $most ->
    [one] You already have one piece waiting or playing, the limit here. Try again once it has played.
   *[other] You already have { $most } pieces waiting or playing, the limit here. Try again once one has played.
}
rights-enough-today = Daily limit reached: you have used { $used } of { $cap } s, and this needs { $seconds } s. It resets { $again }.

moderation-blocked = You can't request music on this server. Its moderators can tell you more.
moderation-words = Some of these words aren't allowed here. Choose others.

### What plays

playback-nothing = Nothing is playing. Start something with /{ command-compose }.
playback-not-yet = Nothing is playing yet.
playback-not-paused = The music isn't paused.
playback-stopped = { $forgotten ->
    [0] Stopped.
    [one] Stopped, and one waiting piece removed.
   *[other] Stopped, and { $forgotten } waiting pieces removed.
}
playback-skipped = Skipped “{ $prompt }”.
playback-paused = Paused. Use /{ command-resume } to continue.
playback-resumed = Resumed.
playback-volume = Volume set to { $percent }%.
queue-full = { $waiting ->
    [one] The queue is full: one piece is already waiting. Try again once it has played.
   *[other] The queue is full: { $waiting } pieces are already waiting. Try again once one has played.
}

### Why the music is silent, or ended

voice-waits = { $hold ->
    [alone] Nobody is listening. The music waits
    [connecting] Connecting. The music waits
    [muted] Busker is muted. The music waits
    [speechless] Busker isn't allowed to speak here. The music waits
   *[suppressed] Busker asked to speak on the Stage. The music waits
}
voice-put-out = Busker was disconnected from the voice channel.
voice-call-ended = Discord ended the call.
voice-rate-limited = Discord asked Busker to stay out of voice for a while.
voice-unencrypted = Discord reported that Busker doesn't encrypt end to end.
voice-gone = The voice channel was deleted.
voice-out-of-server = Busker is no longer in this server.
voice-not-connected = Busker is no longer connected to a voice channel.
voice-failed = Something went wrong with the voice connection.
voice-lost-often = Busker kept losing the voice connection.
voice-not-let-in = Discord didn't let Busker into { $channel }. Please try again.
trouble-deserted = Everybody left the voice channel.
trouble-playing = Something went wrong while playing.
trouble-composing = Something went wrong while composing. Please try again.
trouble-writing = Something went wrong while writing the track. Please request it again.
trouble-unsaved = Busker couldn't save this track: it is only in its message. Tell whoever runs this bot that the disk may be full.
trouble-lost = This track could be neither saved nor posted. Please request it again.
trouble-kept = { $seconds ->
    [one] Discord didn't accept the track, and it couldn't be saved. Next attempt in { $seconds } s.
   *[other] Discord didn't accept the track, and it couldn't be saved. Next attempt in { $seconds } s.
}
trouble-too-large = The track is too large to post. It is saved as { $file }.
trouble-posted-anyway = { $trouble } The track will be posted anyway.
trouble-not-taken = Discord didn't accept the track. It is saved as { $file }.
trouble-tried-again = { $seconds ->
    [one] Discord didn't accept the track. It is saved as { $file }; next attempt in { $seconds } s.
   *[other] Discord didn't accept the track. It is saved as { $file }; next attempt in { $seconds } s.
}

### The engine

engine-closed = The engine was shut down before this piece was finished.
engine-not-running = The engine isn't running. Try again in a minute.
engine-composed-already = This piece is already fully composed. Steer the next one.
engine-died = { $deaths ->
    [one] The engine crashed while composing this piece. Try another one.
   *[other] The engine crashed { $deaths } times while composing this piece. Try another one.
}
engine-too-little-memory = There isn't enough memory for this piece. Try a simpler one.
engine-does-not-fit = A piece of { $seconds } s doesn't fit this engine. Choose another length.
engine-not-finite = The model produced numbers that aren't finite. Try another seed; if none works, the checkpoint is damaged or its precision too low.
engine-channels = { $channels ->
    [one] The model makes sound with one channel. Busker plays one or two.
   *[other] The model makes sound with { $channels } channels. Busker plays one or two.
}
engine-no-sound = The model produced something that isn't sound. Try another seed.

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
track-radio-line = “{ $prompt }” · { $seconds } s of the radio, from { $begin } · seed { $seed }
track-not-saved = The finished track couldn't be saved: { $why }.
track-not-ours = { $file } isn't a track by Busker.
track-gone = { $file } is gone or is no longer a track.
recording-too-short = { $file } is shorter than { $shortest } s. Choose a longer one.
recording-gone = The sound that this piece was requested with is gone, or an older Busker kept it. Request the piece again with the file.
recording-too-long = { $longest ->
    [one] { $file } is longer than one minute. Choose a shorter one.
   *[other] { $file } is longer than { $longest } minutes. Choose a shorter one.
}
recording-unreadable = { $file } can't be read as audio. Use FLAC, MP3, Ogg, WAV, M4A or WebM.
recording-silent = There is no audio in { $file }. Choose another file.
recording-damaged = { $file } is damaged: too little of it can be heard. Try another copy or format.
recording-too-much = { $file } takes too much work to read. Save it as a plain stereo file at 48 kHz or less.

### /settings

settings-managers-only = Only members who can manage this server can change Busker's settings.
settings-too-long = This Busker composes pieces of up to { $longest } s. Choose a shorter length.
settings-no-role = To let DJs control the music, also set their role with the option { command-settings.dj_role-name }.
settings-everybody = Everybody has the role { $role }. Choose another role, or { command-settings.rights-name }: { $free }.
settings-not-written = This Busker can't write { $format }. It writes { $formats }.
settings-whole-server = Everybody has the role { $role }. Choose another role.
settings-no-limit = To set the limits of a role, also give { command-settings.waiting-name } or { command-settings.minutes-name }.
settings-no-word = “{ $word }” can't be blocked. A word needs a letter, a digit or a symbol, and at most { $longest } characters.
settings-list-full = This list takes { $most } entries. Remove some first.
settings-title = Settings
settings-shown = Each option of /{ command-settings } changes one setting. The option { command-settings.reset-name } restores a default.
settings-changed = Saved. Applies from now on.
settings-label = { $option ->
    [announce] Voice channel status
    [block] Blocked members and roles
    [block_words] Blocked words
    [translate] Language of prompts
    [dj_role] DJ role
    [format] Format
    [interval] Interval
    [length] Length
    [minutes] Music per day
    [rights] Who controls the music
    [role] Limits of roles
    [tracks_in] Tracks are posted
    [volume] Volume
   *[waiting] Pieces in the queue
}
settings-default = { $value } (default)
settings-seconds = { $seconds } s
settings-automatic = automatic
settings-volume = { NUMBER($share, style: "percent") }
settings-rights = { $rights ->
    [dj] members with the DJ role
    [vote] listeners, by vote
   *[free] every listener
}
settings-no-dj-role = none
settings-dj-role = { $role }
settings-posted-in = in { $channel }
settings-posted-where-asked = where they were requested
settings-format = { $format }
settings-formats = { $first }, then { $then }
settings-waiting = { $pieces ->
    [0] no limit
   *[other] { $pieces } per person
}
settings-minutes = { $minutes ->
    [0] no limit
   *[other] { $minutes } min per person
}
settings-announced = shows what plays
settings-not-announced = is left alone
settings-translated = other languages are turned into English
settings-not-translated = left as they are typed
settings-nothing = none
# { $limits } are one or two of settings-waiting and settings-minutes.
settings-role-quota = { $role }: { $limits }
settings-lines =
    { $first }
    { $then }
settings-blocked-words = { $listed } ({ $count })
settings-blocked = { $listed }
settings-automod = AutoMod
settings-automod-read = { $rules ->
    [0] no keyword rules that block
    [one] { $rules } keyword rule applies
   *[other] { $rules } keyword rules apply
}
settings-automod-patterns = { $rules ->
    [one] { $rules } keyword rule applies, but Busker cannot read { $patterns } of its regular expressions
   *[other] { $rules } keyword rules apply, but Busker cannot read { $patterns } of their regular expressions
}
settings-automod-unread = does not apply: Busker needs the Manage Server permission to read it

### /library

library-title = Library
library-nothing-made = There are no tracks here that you can see yet. Make one with /{ command-compose }.
library-nothing-found = No tracks match. Try fewer words.
library-no-more = There are no older tracks.
library-line = { $number }. “{ $prompt }” · { $seconds } s · { $member } · { $when }
library-choice = { $prompt } · { $seconds } s · seed { $seed }
library-placeholder = Choose a track
library-facts = { $seconds } s · seed { $seed } · { $checkpoint }
library-made-for = Made for { $member } { $when }.
library-act = { $act ->
    [fetch] Download
    [forget] Delete
   *[play] Play again
}
library-open = Open its message
library-older = Older
library-gone = This track is no longer in the library.
library-playing = { $before ->
    [0] Playing “{ $prompt }” again.
    [one] Playing “{ $prompt }” again after one other piece.
   *[other] Playing “{ $prompt }” again after { $before } other pieces.
}
library-making = { $before ->
    [0] The file of “{ $prompt }” is gone, so Busker composes it again. It will sound the same.
    [one] The file of “{ $prompt }” is gone, so Busker composes it again after one other piece. It will sound the same.
   *[other] The file of “{ $prompt }” is gone, so Busker composes it again after { $before } other pieces. It will sound the same.
}
library-making-other = { $before ->
    [0] The file of “{ $prompt }” is gone, so Busker composes it again. It will sound different: it was made with { $then }, and Busker now uses { $now }.
    [one] The file of “{ $prompt }” is gone, so Busker composes it again after one other piece. It will sound different: it was made with { $then }, and Busker now uses { $now }.
   *[other] The file of “{ $prompt }” is gone, so Busker composes it again after { $before } other pieces. It will sound different: it was made with { $then }, and Busker now uses { $now }.
}
library-lost = The file is gone, and it was made from a sound file that Busker doesn't keep, so it can't be made again.
library-radio-lost = The file is gone, and a part of a radio can't be made again.
library-posted-there = You can download it here: { $link }.
library-nowhere = The file is gone, and it was never posted. “Play again” composes it again.
library-not-yours = Only whoever requested a track, or a server manager, can delete it.
# The message is one in which Busker posted the track.
library-forgotten = { $message ->
    [deleted] Deleted, with its file and its message.
    [kept] Deleted, with its file. Its message couldn't be deleted: { $link }
    [soon] Deleted, with its file. Its message is deleted soon.
   *[none] Deleted, with its file.
}

### /privacy

# { $tracks } is a counted phrase: “3 tracks”.
privacy-tracks = { $count ->
    [one] { $count } track
   *[other] { $count } tracks
}
privacy-remembered = Busker stores { $tracks } that you requested, across all servers, with prompts, seeds and files. { privacy-for-now } { privacy-what-goes }
privacy-nothing = Busker stores no tracks of yours. { privacy-for-now }
privacy-for-now = It also knows your unfinished requests, which of its cards show a piece of yours, whether managers of a server blocked you there, and, where there is a daily limit, how much music you requested today. It stores nothing else about you.
privacy-what-goes = The button also deletes the files, and Busker's messages with these tracks where it still has access. What plays or waits goes on; once it has ended, you can delete that as well.
privacy-delete = Delete these tracks
privacy-deleted = Deleted { $tracks } with their files.
privacy-erasing = { $messages ->
    [one] Busker is deleting its message with them.
   *[other] Busker is deleting its { $messages } messages with them, which takes up to { $minutes } min.
}
privacy-erased = { $messages ->
    [0] None of Busker's messages with them could be deleted.
    [one] One message of Busker's was deleted, too.
   *[other] { $messages } messages of Busker's were deleted, too.
}
# { $links } are the addresses of such messages, up to ten.
privacy-kept = { $messages ->
    [one] One message couldn't be deleted. Members who can manage messages can: { $links }
   *[other] { $messages } messages couldn't be deleted. Members who can manage messages can: { $links }
}

### /about and /help

about-busker = Busker composes music while you listen.
about-model = Model
about-made-on = { $checkpoint } ({ $revision }) on { $device }
about-licence = Licence of the model
about-speed = Speed
about-times = { $listeners ->
    [one] { NUMBER($speed, minimumFractionDigits: 1, maximumFractionDigits: 1) } times real time; one piece at once
   *[other] { NUMBER($speed, minimumFractionDigits: 1, maximumFractionDigits: 1) } times real time; { $listeners } pieces at once
}
about-version = Version
about-no-version = not installed as a package
about-permissions = It needs { $needed }, nothing else.
about-invite = Invite Busker
help-title = Getting started
# The names of commands come as links that can be clicked.
help-text =
    Join a voice channel and type { $compose } with a description, best in English: style, instruments, mood, tempo. The music starts while it is being composed, and the finished track is posted.

    { $compose } `{ command-compose.prompt-name }: { $first }`
    { $compose } `{ command-compose.prompt-name }: { $second }` `{ command-compose.length-name }: 10` `{ command-compose.seed-name }: 7` makes the same music every time
    { $compose } with `{ command-compose.melody-name }:` or `{ command-compose.continued-name }:` takes a sound file; or right-click a voice message and choose Apps
    { $steer } changes the music while it plays
    { $radio } plays without end while somebody listens; you can keep its last minutes
    { $queue } shows what comes next · { $skip } { $pause } { $resume } { $stop } { $volume } control the music
    { $library } finds tracks to play again · { $settings } is for managers
    { $privacy } shows and deletes what Busker stores about you · { $about } shows the model

    Or try one of these:

### /queue

queue-not-waiting = That piece is not in the queue any more. Pick one from the list or type its position.
queue-title = Queue
queue-nothing-waits = Nothing is waiting.
queue-radio = radio
queue-removed = Removed “{ $prompt }” from the queue.
queue-moved = “{ $prompt }” is now at position { $place } in the queue.

### The presence, in English for everybody

presence-idle = /{ command-compose } to make music
presence-playing = { $channels ->
    [one] Playing in one voice channel
   *[other] Playing in { $channels } voice channels
}

### Recordings that members bring

melody-unfollowed = “{ $checkpoint }” can't follow a melody. A melody checkpoint such as facebook/musicgen-melody can; every checkpoint can continue a sound file.
recording-broken = { $name } can't be read as audio. Try another format.
recording-large = { $name } has { $size } MiB. The limit is { $most } MiB.
recording-line-full = Too many files from this server wait to be read. Try again in a minute.
recording-none = There is no audio in this message. Choose one with a voice message or a sound file.
recording-one-at-a-time = Busker is still reading another file of yours. Try again once that one is answered.
recording-soundless = { $name } isn't audio. Use a voice message or a sound file.
recording-title-continue = { command-continue-this }
recording-title-melody = { command-compose-on-this-melody }
recording-unfetched = Discord didn't deliver { $name }. Post it again and retry.
recording-unkept = { $name } couldn't be saved. Please try again; if it keeps happening, tell whoever runs this bot.
recording-words = What it should sound like

### The card

card-stopped = Stopped
card-played = Played
card-ended-early = Ended early
card-paused = Paused
card-holding = { $why }
card-waiting = Waiting in the queue
card-playing = Playing
card-composing = Composing
card-composing-for = Composing · first sound in about { $seconds } s
card-facts = { $seconds } s · seed { $seed } · for { $name }
card-line = “{ $prompt }” · { $seconds } s · seed { $seed }
card-radio-line = “{ $prompt }” · radio · seed { $seed }
card-private = A piece that was requested in a private channel
card-radio-facts = Radio · seed { $seed } · for { $name }
card-radio-heard = { $clock } heard
card-bar = { $what ->
    [made] { $bar } { $seconds } of { $total } s composed
   *[played] { $bar } { $seconds } of { $total } s played
}
card-trouble = **Problem:** { $trouble }
card-trouble-of = **Problem** with “{ $prompt }”: { $trouble }
card-follows = **Up next**
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
    [one] Busker restarted and dropped one requested piece.
   *[other] Busker restarted and dropped { $pieces } requested pieces.
}

### Again, Remix, Extend

button-over = This piece is no longer playing. Use the buttons of the newest card.
button-gone = This piece is over, and its track isn't in the library. Make another with /{ command-compose }.
piece-tags = The information in this file about how it was made can't be used.
remake-not-mine = This isn't a track by Busker. Choose a message in which Busker posted one.
remake-slow = Discord takes too long to deliver the track. Please try again.
remake-again = { $before ->
    [0] Playing “{ $prompt }” again.
    [one] Playing “{ $prompt }” again after one other piece.
   *[other] Playing “{ $prompt }” again after { $before } other pieces.
}
remix-title = Remix
remix-words = What it should sound like
# Up to 45 characters.
remix-seed = Seed, a whole number; empty for a random one
remix-no-seed = “{ $typed }” isn't a seed. Choose a whole number from 0 to { $largest }.
extend-title = Extend
# Up to 45 characters.
extend-seconds = Seconds to add, { $least } to { $most }
extend-no-number = “{ $typed }” isn't a number of seconds. Try 20.
extend-unfinished = This piece is still being composed. You can extend it once its track is posted.
extend-gone = The file of this track is gone here. Use the Extend button of the message with the track.
extend-long = This track is too long to extend. The limit is { $most } s.
extend-answer = { $before ->
    [0] Extending “{ $prompt }” by { $seconds } s to { $total } s, with seed { $seed }.
    [one] Extending “{ $prompt }” by { $seconds } s to { $total } s, with seed { $seed }. It plays after one other piece.
   *[other] Extending “{ $prompt }” by { $seconds } s to { $total } s, with seed { $seed }. It plays after { $before } other pieces.
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
    [block] { command-settings.block-name }
    [block_words] { command-settings.block_words-name }
    [translate] { command-settings.translate-name }
    [dj] dj
    [dj_role] { command-settings.dj_role-name }
    [everything] everything
    [format] { command-settings.format-name }
    [free] free
    [interval] { command-settings.interval-name }
    [length] { command-settings.length-name }
    [minutes] { command-settings.minutes-name }
    [rights] { command-settings.rights-name }
    [role] { command-settings.role-name }
    [tracks_in] { command-settings.tracks_in-name }
    [volume] { command-settings.volume-name }
    [vote] vote
    [waiting] { command-settings.waiting-name }
   *[other] { $choice }
}

command-compose = compose
    .description = Compose music from a description and play it while it is being composed
    .prompt-name = prompt
    .prompt = What it should sound like: style, instruments, mood, tempo
    .length-name = length
    .length = Seconds of music, 10 or more; the server's default if left out
    .interval-name = interval
    .interval = Seconds of music between two chunks, 0.5 to 2.5; automatic if left out
    .seed-name = seed
    .seed = The same prompt and seed make the same music; random if left out
    .melody-name = melody
    .melody = A sound file whose melody to follow, such as a voice message; only some models can
    .continued-name = continue
    .continued = A sound file to continue: the music begins where it ends
command-radio = radio
    .description = Play endless music while somebody listens
    .prompt-name = { command-compose.prompt-name }
    .prompt = { command-compose.prompt }
    .seed-name = { command-compose.seed-name }
    .seed = { command-compose.seed }
command-stop = stop
    .description = Stop the music and clear the queue
command-skip = skip
    .description = Skip to the next piece
command-steer = steer
    .description = Change the music while it plays
    .words-name = words
    .words = What it should sound like from now on
    .blend-name = blend
    .blend = Seconds over which the new words take over, 0 to 10; 2 if left out
command-pause = pause
    .description = Pause the music; composing continues
command-resume = resume
    .description = Resume the paused music
command-queue = queue
    .description = Show and change the queue
command-queue-show = show
    .description = Show what plays and what comes next
command-queue-move = move
    .description = Move a waiting piece
    .piece-name = piece
    .piece = A waiting piece, or its position
    .place-name = place
    .place = New position: 1 plays next
command-queue-remove = remove
    .description = Remove a waiting piece
    .piece-name = piece
    .piece = A waiting piece, or its position
command-nowplaying = nowplaying
    .description = Show what plays, and how much of it is composed and played
command-volume = volume
    .description = Set the volume in the channel; posted tracks keep their level
    .percent-name = percent
    .percent = 0 to 100 (loudest)
command-settings = settings
    .description = Settings of this server: length, volume, control, limits and more
    .length-name = length
    .length = Default length in seconds, 10 or more
    .interval-name = interval
    .interval = Seconds of music between two chunks, 0.5 to 2.5
    .volume-name = volume
    .volume = Volume at the start, 0 to 100 percent
    .rights-name = rights
    .rights = Who can skip, stop, pause and so on, besides requesters and managers
    .dj_role-name = dj_role
    .dj_role = The role that controls the music with rights: dj
    .tracks_in-name = tracks_in
    .tracks_in = The text channel where finished tracks are posted
    .format-name = format
    .format = File format of tracks, if the file is small enough
    .waiting-name = waiting
    .waiting = Pieces that one person can have waiting or playing; 0 for no limit
    .minutes-name = minutes
    .minutes = Minutes of music that one person can request per day; 0 for no limit
    .role-name = role
    .role = The role that waiting and minutes are for; everybody if left out
    .block_words-name = block_words
    .block_words = Words to block in prompts, with commas; bad* *bad *bad* also block longer ones
    .allow_words-name = allow_words
    .allow_words = Blocked words to allow again, with commas
    .block-name = block
    .block = A member or role who can no longer request music
    .allow-name = allow
    .allow = A blocked member or role who can request music again
    .announce-name = announce
    .announce = Show what plays in the voice channel's status
    .translate-name = translate
    .translate = Turn prompts in other languages into English
    .reset-name = reset
    .reset = Restore one default, or all of them
command-library = library
    .description = Find tracks made here: play again, download, delete
    .search-name = search
    .search = Words of the prompt; leave empty for the newest
    .by-name = by
    .by = Only tracks that this person requested
command-privacy = privacy
    .description = See what Busker stores about you, and delete it
command-about = about
    .description = About Busker: its model, its speed, and how to invite it
command-help = help
    .description = Getting started, with examples to click
