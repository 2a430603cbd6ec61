/**
 * The page's script: asks for its own address every 5 s while somebody looks, and changes in place what has changed,
 * so that focus, scroll position and selection stay. Its hash stands in the Content-Security-Policy: a test holds the
 * two equal, and it therefore has no value in it that differs from page to page.
 *
 * What is not an answer of a page like this one, such as a proxy's own 502, is no answer, nor is one that takes 10 s:
 * the page stays, marked as gone. Retry-After is kept to, of a 429 too; failures are asked again later each time, after a minute at last.
 */
export const pageScript = `(()=>{
'use strict'
const every=5e3,slowest=6e4,find=s=>document.querySelector(s),view=find('#view'),bar=find('#live'),note=find('#live span'),button=find('#live button'),icon=find('link[rel=icon]')
let paused=false,busy=false,timer,due=0,failures=0,gone='',told='Refreshes every 5 s',seen='',title=document.title,href=icon.href
const clock=()=>new Date().toISOString().slice(11,19)+' UTC'
const show=()=>{
const text=paused?'Paused':gone||told
if(note.textContent!==text)note.textContent=text
document.documentElement.classList.toggle('gone',gone!=='')
document.title=gone?'No answer – '+title:title
const wanted=gone?href.replace(/%23\\w+/,'gray'):href
if(icon.href!==wanted)icon.href=wanted
}
const plan=wait=>{due=Date.now()+wait;clearTimeout(timer);timer=setTimeout(refresh,wait)}
const patch=(live,next)=>{
for(const{name}of[...live.attributes])if(!next.hasAttribute(name))live.removeAttribute(name)
for(const{name,value}of next.attributes)if(live.getAttribute(name)!==value)live.setAttribute(name,value)
let at=live.firstChild
for(const want of next.childNodes){
const fits=at&&at.nodeName===want.nodeName&&(at.id||'')===(want.id||'')
const have=fits?at:want.id&&[...live.children].find(({id})=>id===want.id)
if(!have){live.insertBefore(document.importNode(want,true),at);continue}
if(have===at)at=at.nextSibling
else live.insertBefore(have,at)
if(have.nodeType===1)patch(have,want)
else if(have.nodeValue!==want.nodeValue)have.nodeValue=want.nodeValue
}
while(at){const next=at.nextSibling;at.remove();at=next}
}
const take=text=>{
const page=new DOMParser().parseFromString(text,'text/html'),next=page.querySelector('#view[data-status]')
if(!next)return false
const status=next.dataset.status,focused=document.activeElement
if(status!==view.dataset.status)told='Changed to '+status.replaceAll('_',' ')+' at '+clock()
patch(view,next)
if(focused.isConnected&&focused!==document.activeElement)focused.focus({preventScroll:true})
title=page.title
href=page.querySelector('link[rel=icon]').href
return true
}
const refresh=async()=>{
if(paused||busy||document.hidden)return
busy=true
const stop=new AbortController(),late=setTimeout(()=>stop.abort(),1e4)
let wait=every,failure
try{
const answer=await fetch(location.href,{headers:{accept:'text/html'},cache:'no-store',signal:stop.signal})
const after=answer.headers.get('retry-after')||0
wait=Math.min(Math.max(every,1e3*after||Date.parse(after)-Date.now()||0),3e5)
const text=await answer.text()
if(answer.status!==429&&!paused){if(text===seen||take(text))seen=text;else failure=' (HTTP '+answer.status+')'}
}catch{failure=''}
clearTimeout(late)
busy=false
if(failure===undefined){failures=0;gone=''}
else{gone=gone||'No answer since '+clock()+failure;wait=Math.max(wait,Math.min(every*2**failures++,slowest))}
show()
plan(wait)
}
button.addEventListener('click',()=>{
paused=!paused
button.textContent=paused?'Resume':'Pause'
show()
if(!paused)plan(Math.max(0,due-Date.now()))
})
document.addEventListener('visibilitychange',()=>{if(!document.hidden)plan(Math.max(0,due-Date.now()))})
bar.hidden=false
show()
plan(every)
})()`

/** `sha256-…` of {@link pageScript}. */
export const pageScriptHash = 'sha256-NWfr7YKuUBgq3PohYv4gJIaE5+Vqf/Tknww/JJRTyzQ='
