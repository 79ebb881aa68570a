#!/bin/sh
# Makes video.mp4, cover.jpg and preview.gif next to this file: a neon horizon, drawn by formula, no footage of anybody's.
# Needs ffmpeg with libx264. The results are committed, so nobody has to run this.
set -eu
cd "$(dirname "$0")"

seconds=4
sky='(1-Y/H)'
# Sun: 1 inside the disc, 0 outside, with soft edges and dark slits that sink.
sun='clip((0.27*H-hypot(X-W/2,Y-0.40*H*(1-0.03*sin(2*PI*T/4))))/3,0,1)*if(gt(Y,0.36*H),clip(6*sin(2*PI*(Y/H*22-T/2))+5,0,1),1)'
# Floor: a grid in perspective that runs towards the viewer, bright where a line is near.
depth='(1/max(Y/H-0.585,0.004))'
floor="clip(exp(-pow(sin(PI*($depth*0.55+T))/(0.05+0.012*$depth),2))+exp(-pow(sin(PI*(X/W-0.5)*$depth*0.9)/(0.04+0.010*$depth),2)),0,1)*exp(-$depth/34)"
ground='gt(Y,0.6*H)'
glow='exp(-abs(Y/H-0.6)*9)'

pixel() { # pixel SKY_TOP SKY_LOW SUN_TOP SUN_LOW LINE
  echo "clip(if($ground,18+$5*$floor+90*$glow*$5/255,lerp(lerp($2,$1,pow($sky,0.8)),lerp($4,$3,clip(1.7-Y/H*3,0,1)),$sun)+40*$glow),0,255)"
}

ffmpeg -v error -y -f lavfi -i "color=black:size=640x360:rate=24:duration=$seconds,format=gbrp,\
geq=r='$(pixel 22 214 255 255 255)':g='$(pixel 10 60 214 70 70)':b='$(pixel 58 150 110 160 220)'" \
  -c:v libx264 -profile:v baseline -pix_fmt yuv420p -crf 28 -preset veryslow -movflags +faststart \
  -an -map_metadata -1 -fflags +bitexact -flags:v +bitexact video.mp4
ffmpeg -v error -y -i video.mp4 -frames:v 1 -q:v 4 -map_metadata -1 -fflags +bitexact cover.jpg
ffmpeg -v error -y -i video.mp4 -vf 'fps=2,scale=128:-1,split[a][b];[a]palettegen=max_colors=32[p];[b][p]paletteuse=dither=none' \
  -map_metadata -1 -fflags +bitexact -flags:v +bitexact preview.gif
