package main

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"encoding/json"
	"sync"
	"time"
)

type key struct {
	algorithm string
	public    crypto.PublicKey
}

// keySet is fetched once a minute for all, and once in ten seconds however many unknown kids there are.
type keySet struct {
	url                string
	lock               sync.Mutex
	keys               map[string]key
	fetchedAt, triedAt time.Time
	hasFailed          bool
}

func (s *keySet) find(kid string) (key, error) {
	s.lock.Lock()
	defer s.lock.Unlock()
	_, isKnown := s.keys[kid]
	isOld, sinceTry := time.Since(s.fetchedAt) >= time.Minute, time.Since(s.triedAt)
	if (isOld && sinceTry >= time.Second) || (!isKnown && sinceTry >= 10*time.Second) {
		s.renew()
	}
	if k, isKnown := s.keys[kid]; isKnown {
		return k, nil
	}
	if s.hasFailed {
		return key{}, ErrUnavailable
	}
	return key{}, ErrRefused
}

// renew leaves the known keys when the issuer does not answer.
func (s *keySet) renew() {
	defer func() { s.triedAt = time.Now() }()
	var set struct{ Keys []map[string]any }
	body, age, err := fetch(s.url)
	s.hasFailed = err != nil || json.Unmarshal(body, &set) != nil || len(set.Keys) == 0
	if s.hasFailed {
		return
	}
	s.keys, s.fetchedAt = map[string]key{}, time.Now().Add(-age)
	for _, jwk := range set.Keys {
		if public := publicKey(jwk); public != nil {
			s.keys[jwk["kid"].(string)] = key{jwk["alg"].(string), public}
		}
	}
}

// publicKey is nil for a key that is damaged, or of an algorithm that Handstamp does not use.
func publicKey(jwk map[string]any) crypto.PublicKey {
	text := func(name string) string { value, _ := jwk[name].(string); return value }
	bytes := func(name string) []byte { value, _ := unpack(text(name)); return value }
	if text("kid") == "" {
		return nil
	}
	switch text("alg") + " " + text("crv") {
	case "ES256 P-256":
		public := &ecdsa.PublicKey{Curve: elliptic.P256(), X: number(bytes("x")), Y: number(bytes("y"))}
		if public.Curve.IsOnCurve(public.X, public.Y) {
			return public
		}
	case "EdDSA Ed25519":
		if public := ed25519.PublicKey(bytes("x")); len(public) == ed25519.PublicKeySize {
			return public
		}
	case "RS256 ":
		if n := number(bytes("n")); n.BitLen() >= 3072 && text("e") == "AQAB" {
			return &rsa.PublicKey{N: n, E: 65537}
		}
	}
	return nil
}
